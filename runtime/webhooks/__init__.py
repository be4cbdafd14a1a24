"""Standard Webhooks 1.0.0 in both directions: who signed what comes in, and a service's own events to subscribers."""
