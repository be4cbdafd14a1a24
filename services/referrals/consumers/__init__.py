"""What happens when plans tells of units and days off."""
