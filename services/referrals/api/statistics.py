"""Released statistics: all that leaves the service."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.events.referrals import ELEMENTS_OF, Group
from contracts.unit import UnitCode
from runtime.database import Write
from runtime.http.call import Call
from runtime.http.declaration import UnitRule
from runtime.http.following import changes_of, page_of, place_of
from runtime.http.pages import Changes, Page
from runtime.http.routes import Creates, Lists, Routes
from services.referrals.api.units import code_of
from services.referrals.store.releases import get_release, list_releases, releases_after
from services.referrals.usecases.release_statistics import ReleaseStatistics, release_statistics

routes = Routes("referrals", "statistics")


class NewRelease(BaseModel):
    """Which total is to be released."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"unit": "38", "group": "person_who_sells_sex", "period": "2025"}]},
    )

    unit: UnitCode = Field(description="Mã đơn vị; tính cả các đơn vị trực thuộc.")
    group: Group
    period: Annotated[str, Field(max_length=80)] = Field(description="Kỳ, ví dụ 2025, 2025-H1, 2025-Q2.")


class ReleaseShown(BaseModel):
    """A released total."""

    release_id: UUID
    unit: str
    group: Group
    period: str
    suppressed: bool = Field(description="Không công bố số liệu vì quá ít người.")
    figures: dict[str, int] = Field(description="Theo mã số liệu; trống nếu không công bố.")
    released_at: datetime
    revision: int


@routes.create(
    "/v1/statistics/releases",
    scope="referrals:release",
    units=UnitRule.ACTS_FOR,
    summary="Công bố số liệu",
    response_model=ReleaseShown,
)
async def post_release(body: NewRelease, call: Creates) -> ReleaseShown:
    """Một lần cho mỗi đơn vị, nhóm và kỳ, sau khi kỳ kết thúc. Số liệu quá nhỏ không được công bố."""

    async def effect(tx: Write) -> UUID:
        command = ReleaseStatistics(body.unit, body.group, body.period)
        clock, reference = call.service.clock, call.service.reference
        return await release_statistics(
            command, tx=tx, actor=call.actor, at=call.arrived_at, clock=clock, reference=reference
        )

    release_id = await call.once(effect)
    async with call.service.database.read() as read:
        return _shown(call, await get_release(read, release_id))


@routes.list(
    "/v1/statistics/releases",
    scope="referrals:read",
    units=UnitRule.ANY,
    summary="Số liệu đã công bố",
    response_model=Page[ReleaseShown] | Changes[ReleaseShown],
)
async def get_releases(call: Lists) -> Page[ReleaseShown] | Changes[ReleaseShown]:
    """Theo thứ tự công bố; hoặc, với `after`, số liệu công bố sau đó."""
    async with call.service.database.read() as read:
        if call.after is not None:
            followed = await releases_after(read, after=call.after, limit=call.limit)
            return changes_of(call, followed, [_shown(call, row) for row in followed.rows])
        rows = await list_releases(read, beyond=place_of(call, UUID), limit=call.limit + 1)
    return page_of(call, rows, "id", lambda row: _shown(call, row))


def _shown(call: Call, row: Any) -> ReleaseShown:
    group = Group(row.group)
    figures = {} if row.suppressed else dict(zip(ELEMENTS_OF[group], (row.eligible, row.served), strict=True))
    return ReleaseShown(
        release_id=row.id,
        unit=code_of(call, row.unit_id),
        group=group,
        period=row.period,
        suppressed=row.suppressed,
        figures=figures,
        released_at=row.occurred_at,
        revision=row.revision,
    )
