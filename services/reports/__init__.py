"""Collects what units report, and says at any instant who is late and which indicator is met."""
