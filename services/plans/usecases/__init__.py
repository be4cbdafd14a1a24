"""What can be done, one module each."""
