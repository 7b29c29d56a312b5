"""What the rescue platform learns and answers, as plain data: events, receipts, renderings."""
