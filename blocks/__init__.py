"""Messages: pure functions from a view to Slack's blocks. No settings, database or clock here."""
