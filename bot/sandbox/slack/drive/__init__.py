"""What people and Slack do to the bot: signed requests, and what comes of the answers."""
