"""Real servers for tests: PostgreSQL and Apache Kafka, started once a run and stopped however the run ends."""
