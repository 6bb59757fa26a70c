"""The demo: a workspace in the browser with a few weeks of data, on the real bot and the pretend services."""

from bot.sandbox.demo.play import play

__all__ = ["play"]
