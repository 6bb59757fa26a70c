"""The Slack bot that runs Dext and Bill.com for finance teams."""
