"""The topics and their partitions: the one declaration from which they are made."""

from __future__ import annotations

from contracts.events import plans, referrals, reports, tips

PARTITIONS = {
    # One partition, so that units come before the plans that name them.
    plans.TOPIC: 1,
    reports.TOPIC: 6,
    tips.TOPIC: 6,
    referrals.TOPIC: 1,
}
"""Number of partitions by topic. More can be added to a topic, but then its keys change their partition."""

DEAD_LETTERS = {f"{topic}.dead": 1 for topic in (reports.TOPIC, tips.TOPIC, referrals.TOPIC)}
"""The topics of the events that a service could not handle, likewise. Plans reads nothing."""


def dead_topic_of(service: str) -> str:
    """Return the topic of the events that a service could not handle.

    >>> dead_topic_of("reports")
    'lanhmanh.reports.dead'
    """
    return f"{topic_of(service)}.dead"


def topic_of(service: str) -> str:
    """Return the topic in which a service publishes.

    >>> topic_of("tips")
    'lanhmanh.tips'
    """
    topic = f"lanhmanh.{service}"
    assert topic in PARTITIONS  # noqa: S101 - there is a topic for each service
    return topic
