"""Check the written form of production (Dockerfile, compose, Kubernetes, Prometheus) without an engine (ADR-0014)."""
