"""Tokens: what is accepted, what is refused and why, and where keys come from."""
