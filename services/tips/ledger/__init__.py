"""The proof that no tip is missing: entries, their chain, and what a receipt says. Pure: no I/O, no keys."""
