"""Prove that nothing is lost: compare what should be equal as sets, and name what is missing or surplus."""
