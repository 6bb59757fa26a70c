"""The story: the whole flow played through real processes, told as a person would read it."""

from bot.sandbox.story.play import play

__all__ = ["play"]
