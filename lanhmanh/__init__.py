"""The command line, and the embedded product: the only package that sees every service."""
