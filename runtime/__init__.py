"""Plumbing with I/O, each mechanism written once for all services."""
