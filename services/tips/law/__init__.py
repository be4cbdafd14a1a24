"""What the law sets for tips: limits by category, with the days on which they hold."""
