"""The root of every contract model: frozen, and strict about unknown fields."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Contract(BaseModel):
    """A value that crosses a service's border."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Event(Contract):
    """A fact that a service publishes. A change of its shape is a new version of its type."""

    type: ClassVar[str]
    """CloudEvents type, `vn.lanhmanh.<service>.<fact>.v<N>`."""
    topic: ClassVar[str]

    def key(self) -> str:
        """Return the id of the aggregate: events with one key keep their order."""
        raise NotImplementedError

    def unit(self) -> UUID | None:
        """Return the unit whose business it is: subscribers for it, and for those above it, may follow the event."""
        return None
