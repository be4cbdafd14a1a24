"""The dated unit tree."""
