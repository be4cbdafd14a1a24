"""Many tips at once, one a line: each is kept or refused for itself, as if it had been entered alone."""

from __future__ import annotations

from uuid import UUID

from runtime.http.bulk import BulkLoad
from runtime.http.declaration import UnitRule
from runtime.http.request_once import Sent
from runtime.http.routes import Bulks, Routes
from services.tips.api.intake import arrival_of, queue_of
from services.tips.api.receiving import to_intake
from services.tips.api.tip_shapes import NewTip

routes = Routes("tips", "intake")


@routes.bulk(
    "/v1/tips/bulk",
    line=NewTip,
    scope="tips:intake",
    units=UnitRule.ACTS_FOR,
    response_model=BulkLoad,
    summary="Enter many tips: a line that is refused leaves the others, whatever `mode` says",
)
async def post_tips(call: Bulks) -> BulkLoad:
    async def enter(tip: NewTip, sent: Sent) -> UUID:
        return (await queue_of(call).run(to_intake(call, sent, arrival_of(call, tip)))).tip.id

    return await call.load_each(NewTip, enter)
