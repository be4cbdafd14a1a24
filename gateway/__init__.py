"""The one door: authenticates, limits, routes by the services' own documents, and owns no data."""
