"""The rules of units, catalogue and plans: pure."""
