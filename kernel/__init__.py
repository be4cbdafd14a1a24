"""Words that every service shares: ids, time, the legal calendar, the dated unit tree, problems. Pure."""
