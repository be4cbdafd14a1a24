"""Routes: parse, call one use case, return."""
