"""What is written for production names only what the code has, and gives it all that it needs."""
