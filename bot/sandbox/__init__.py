"""Pretend Bill.com, Dext and Slack, served on loopback.

Nothing here imports the bot and the bot never imports this: what these servers
accept is written from the vendors' facts, so that a mistake in the bot cannot
hide behind the same mistake here.
"""
