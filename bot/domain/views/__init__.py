"""What a message shows: values that services fill and `blocks/` turns into Slack's blocks, a module a noun.

Names and texts are foreign and unescaped here; escaping is the business of `blocks/`.
"""
