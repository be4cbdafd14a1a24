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
