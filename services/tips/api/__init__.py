"""What other systems, and hotlines, call."""
