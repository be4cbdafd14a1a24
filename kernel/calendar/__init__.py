"""The legal calendar: reporting periods, days off by decision, and the instants at which reports are due."""
