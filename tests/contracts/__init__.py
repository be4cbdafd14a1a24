"""What the services promise each other, as committed."""
