"""Slack in, one service, blocks out."""
