"""Brings persons who seek support to those who give it, and lets nothing about them out but protected totals."""
