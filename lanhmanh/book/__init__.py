"""A synthetic national book: what every body of every commune owed over some years, and what became of it."""

from lanhmanh.book.load import load_book

__all__ = ["load_book"]
