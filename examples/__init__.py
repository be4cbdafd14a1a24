"""Five real plans with their units, and a synthetic year of reports for each: see README.md here."""
