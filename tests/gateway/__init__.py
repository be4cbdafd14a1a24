"""The door, seen from outside and from the services behind it."""
