"""The directory: who offers what. Field names are those of HSDS where it has them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, select
from sqlmodel import Field

from runtime.database import Instant, Json, Read, Write, insert_rows
from runtime.http.pages import Followed, rows_after
from services.referrals.domain.refusals import ServiceUnknown
from services.referrals.store.table import ReferralsTable


class SupportServiceRow(ReferralsTable, table=True):
    """A service to which persons are referred. Rows are added, never changed."""

    __tablename__ = "support_service"

    id: UUID = Field(primary_key=True)
    organization_name: str
    name: str
    provider_id: UUID = Field(index=True)
    """The unit that gives the service."""
    needs: list[str] = Field(sa_type=Json)
    """Kinds of needs that it serves."""
    confidential_location: bool = Field(sa_type=Boolean)
    enforcement_independent: bool = Field(sa_type=Boolean)
    occurred_at: datetime = Field(sa_type=Instant)
    """When it was registered."""
    recorded_at: datetime = Field(sa_type=Instant)
    revision: int = Field(sa_type=BigInteger, index=True)


_service = SupportServiceRow.__table__  # type: ignore[attr-defined]


async def add_service(tx: Write, row: dict[str, Any]) -> None:
    """Write a service into the directory."""
    await insert_rows(tx.connection, _service, [row | {"recorded_at": tx.recorded_at, "revision": tx.number}])


async def get_service(read: Read, service_id: UUID) -> Any:
    """Return the row of a service.

    Raises:
        ServiceUnknown: There is none.
    """
    row = (await read.execute(select(_service).where(_service.c.id == service_id))).one_or_none()
    if row is None:
        raise ServiceUnknown(service=service_id)
    return row


async def list_services(read: Read, *, beyond: UUID | None, limit: int) -> Sequence[Any]:
    """Return rows of services by id, so by age: those after the id `beyond`."""
    statement = select(_service).order_by(_service.c.id).limit(limit)
    if beyond is not None:
        statement = statement.where(_service.c.id > beyond)
    return (await read.execute(statement)).all()


async def services_after(read: Read, *, after: int, limit: int) -> Followed:
    """Return the rows of services that were registered after a revision."""
    return await rows_after(read, _service, after=after, limit=limit)
