"""What the services promise each other: the shapes of plans and events. Data only."""
