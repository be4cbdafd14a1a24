"""What a service offers to subscribers outside."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from contracts.model import Event
from runtime.webhooks.refusals import EventTypeUnknown
from runtime.webhooks.targets import Targets


@dataclass(frozen=True, slots=True)
class Subscribable:
    """The events that can be subscribed to, and where they may be sent."""

    events: Sequence[type[Event]]
    """Each tells whose business it is (`Event.unit`), or nobody gets it."""
    targets: Targets = field(default_factory=Targets)

    @property
    def types(self) -> list[str]:
        """Return the types of the events."""
        return [event.type for event in self.events]

    def ensure_known(self, types: Collection[str] | None) -> None:
        """Make sure that types are among those that can be subscribed to.

        Raises:
            EventTypeUnknown: One is not.
        """
        if types is not None and not set(types) <= set(self.types):
            raise EventTypeUnknown(known=", ".join(self.types))
