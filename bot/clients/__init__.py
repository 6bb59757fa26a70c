"""Other people's wire formats: Bill.com, Dext and Slack, each behind one gateway."""
