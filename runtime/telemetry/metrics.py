"""The metrics of the services, each in a registry of its own. No label carries a person, a unit or free text."""

from __future__ import annotations

from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


class Metrics:
    """One service's metrics."""

    def __init__(self, service: str) -> None:
        self.service = service
        self.registry = CollectorRegistry()
        counter = partial(Counter, namespace="lanhmanh", registry=self.registry)
        gauge = partial(Gauge, namespace="lanhmanh", registry=self.registry)
        histogram = partial(Histogram, namespace="lanhmanh", registry=self.registry)
        self.requests = counter("requests", "Requests answered.", ["service", "method", "route", "status"])
        self.seconds = histogram("request_seconds", "Seconds to answer.", ["service", "route"])
        self.refused = counter("refusals", "Requests answered with a problem.", ["service", "code"])
        self.admitted_by_work = counter("admitted_by_work", "Requests let in by a proof of work.", ["service"])
        self.handled = counter("events_handled", "Events that took effect.", ["service", "consumer", "type"])
        self.failures = counter("event_failures", "Tries that failed.", ["service", "consumer", "type"])
        self.dead = counter("dead_letters", "Events put aside.", ["service", "consumer", "type"])
        self.dead_waiting = gauge("dead_letters_waiting", "Events put aside that have not taken effect.", ["service"])
        self.alarms = counter("alarms_raised", "Alarms raised.", ["service", "kind"])
        self.consuming = gauge("consuming", "Whether this replica is the one that consumes (0 or 1).", ["service"])
        self.lag = gauge("consumer_lag", "Events still to handle.", ["service", "consumer", "topic"])
        self.progress_age = gauge(
            "consumer_progress_age_seconds",
            "Seconds since it last handled something, while there is something to handle.",
            ["service", "consumer", "topic"],
        )
        self.topic_differences = gauge("topic_differences", "Topics' settings that are not as declared.", ["service"])
        self.differences = gauge(
            "reconciliation_differences", "Missing and surplus elements that the newest run found.", ["service"]
        )
        self.reconciliation_age = gauge(
            "reconciliation_age_seconds", "Seconds since a run last found out anything.", ["service"]
        )
        self.unsent = gauge("outbox_unsent", "Events that the broker has not acknowledged.", ["service"])
        self.unsent_age = gauge("outbox_unsent_age_seconds", "Age of the oldest of them.", ["service"])
        self.webhook_attempts = counter("webhook_attempts", "Attempts to deliver a webhook.", ["service", "outcome"])
        self.webhooks_waiting = gauge("webhook_deliveries_waiting", "Webhooks still to deliver.", ["service"])
        self.webhooks_dead = gauge("webhook_deliveries_dead", "Webhooks given up.", ["service"])
        self.keys = gauge("keys", "The service's own keys that this replica has.", ["service", "use", "stage", "key"])
        self.keys_wrapped = gauge("keys_wrapped", "Keys of data by the service's key that wraps.", ["service", "stage"])
        self.tips_open = gauge("tips_open", "Tips that are not closed.", ["service", "state"])
        self.unsealed_age = gauge(
            "ledger_unsealed_age_seconds", "Age of the oldest entry that is below no signed head.", ["service"]
        )
        self.revision = gauge("revision", "Number of the newest transaction.", ["service"])
