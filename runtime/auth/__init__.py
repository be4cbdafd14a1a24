"""Who is calling: tokens are verified here, at the gateway and again in each service, by the same code."""
