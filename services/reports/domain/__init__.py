"""The words of reporting: what is owed, what was sent, and what may be done with it. Pure."""
