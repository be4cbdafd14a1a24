"""Keeps the unit tree, the calendar, the catalogue, and the plans that units issue."""
