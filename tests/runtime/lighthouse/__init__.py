"""A small service that the tests of runtime try the mechanisms on: lamps on a coast, and who lit them."""
