"""Say at any instant how every obligation stands and which indicator is met: pure, on columns, no I/O and no clock.

Instants are whole microseconds since 1970-01-01T00:00Z (`kernel.clock.to_micros`), so that a column is one array.
"""
