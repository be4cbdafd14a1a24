"""What can be done with cases, consents, referrals and releases: one verb and object a module."""
