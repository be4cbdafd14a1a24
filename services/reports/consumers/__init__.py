"""What happens when plans tells of units, days off and plans."""
