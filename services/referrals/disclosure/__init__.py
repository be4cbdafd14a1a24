"""Count persons, each once, and decide which totals may leave the service. Pure, on the kernel alone."""
