"""What the Makefile runs: generators, and checks that no other tool makes."""
