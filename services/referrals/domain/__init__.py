"""The rules of support, without any I/O."""
