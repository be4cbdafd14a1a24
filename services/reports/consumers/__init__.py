"""What happens when plans tells of units, days off and plans, tips of tips, and referrals of released statistics."""
