"""How requests to be shown an informant are made, decided and seen."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

_REASON: JsonDict = {"reason": "Cần mời người cung cấp tin đến làm việc."}


class NewDisclosure(BaseModel):
    """Why somebody must know who gave the tip."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_REASON]})

    reason: Annotated[str, Field(min_length=10, max_length=5000)]


class Decision(BaseModel):
    """What the second person decides."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"granted": True, "hours": 24}]})

    granted: bool
    hours: Annotated[int, Field(ge=1, le=168, description="How long the informant is shown, if it is granted.")] = 24


class DisclosureMade(BaseModel):
    """A request that was made."""

    disclosure_id: UUID
    asked_at: datetime


class DisclosureShown(DisclosureMade):
    """A request as it stands."""

    asked_by: str
    reason: str | None = Field(description="None once the tip's content was destroyed.")
    decided_by: str | None
    decided_at: datetime | None
    granted: bool | None
    expires_at: datetime | None = Field(description="Until when the informant is shown; exclusive.")


class InformantShown(BaseModel):
    """Who gave a tip."""

    tip_id: UUID
    informant: dict[str, Any]


class ReadingShown(BaseModel):
    """An entry of the log of readings, which holds on to the one before."""

    entry: int
    tip_id: UUID
    kind: str = Field(description="`content`, `messages`, `informant` or `package`.")
    by_unit: UUID
    client: str
    occurred_at: datetime
    chain: str = Field(
        description="SHA-256 (hex) of the chain before and of the leaf, each with its length (8 bytes) before it. The "
        "leaf is SHA-256 of the JSON array of kind, tip, unit, client and microseconds since 1970."
    )
