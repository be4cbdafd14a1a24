"""Generators and checks: each rule is seen to find what breaks it."""
