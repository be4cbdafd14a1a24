"""Who owes which report by when, what came in, and which indicator is met at any instant."""
