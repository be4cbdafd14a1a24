"""The examples: their units, plans and synthetic years."""
