"""The legal calendar: periods, days off, due instants."""
