"""The routes by which other systems subscribe to a service's events: the same ones for every service that has any."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel.clock import legal_day
from kernel.ids import UnitId
from runtime.database import Read, Write
from runtime.http.call import Call, etag_of
from runtime.http.declaration import UnitRule
from runtime.http.following import changes_of, page_of, place_of
from runtime.http.pages import Changes, Limit, Page, cursor_beyond, key_of, rows_after
from runtime.http.routes import Creates, Edits, Lists, Reads, Routes
from runtime.http.subscription_shapes import (
    DeliveryShown,
    NewSubscription,
    Replay,
    ReplayMade,
    SecretMade,
    SubscriptionChange,
    SubscriptionShown,
)
from runtime.webhooks.delivery import (
    DeliveryState,
    find_place_before,
    list_deliveries,
    replay_dead,
    replay_from,
    replay_one,
)
from runtime.webhooks.refusals import UnitUnknown
from runtime.webhooks.secret import secret_of
from runtime.webhooks.subscribable import Subscribable
from runtime.webhooks.subscription import (
    add_subscription,
    change_subscription,
    get_subscription,
    list_subscriptions,
    rotate_secret,
    subscription,
)


def subscription_routes(service: str) -> Routes:
    """Return the routes of one service."""
    routes = Routes(service, "subscriptions")
    path, scope = f"/v1/subscriptions/{service}", f"{service}:subscribe"
    one = path + "/{subscription_id}"
    acts: dict[str, Any] = {"scope": scope, "units": UnitRule.ACTS_FOR}
    within: dict[str, Any] = {"scope": scope, "units": UnitRule.WITHIN}
    routes.create(path, **acts, summary="Đăng ký nhận sự kiện", response_model=SecretMade)(post_subscription)
    routes.list(
        path,
        **within,
        summary="Danh sách đăng ký nhận sự kiện",
        response_model=Page[SubscriptionShown] | Changes[SubscriptionShown],
    )(get_subscriptions)
    routes.read(one, **within, summary="Một đăng ký", response_model=SubscriptionShown)(get_one_subscription)
    routes.edit("PATCH", one, **acts, summary="Sửa, tạm dừng, tiếp tục", response_model=SubscriptionShown)(
        patch_subscription
    )
    routes.create(f"{one}/secrets", **acts, summary="Đổi khóa ký", response_model=SecretMade)(post_secret)
    routes.read(f"{one}/deliveries", **within, summary="Các lượt gửi", response_model=Page[DeliveryShown])(
        get_deliveries
    )
    routes.create(f"{one}/replays", **acts, summary="Gửi lại", response_model=ReplayMade)(post_replay)
    return routes


async def post_subscription(body: NewSubscription, call: Creates) -> SecretMade:
    """Nhận những sự kiện từ nay về sau; những sự kiện trước đó thì yêu cầu gửi lại. Lưu khóa: không xem lại được."""
    offered = _offered(call)
    offered.ensure_known(body.types)
    await offered.targets.ensure_allowed(body.url)
    unit = call.reference.tree.find(body.unit, call.actor.on)
    if unit is None:
        raise UnitUnknown(unit=body.unit, day=legal_day(call.arrived_at).isoformat())

    async def effect(tx: Write) -> UUID:
        call.actor.must_act_for(unit.id)
        return await add_subscription(
            tx, client=call.actor.client, unit_id=unit.id, url=body.url, types=body.types, at=call.arrived_at
        )

    return _secret(call, await call.once(effect), 1)


async def get_subscriptions(call: Lists) -> Page[SubscriptionShown] | Changes[SubscriptionShown]:
    """Theo thứ tự đăng ký; hoặc, với `after`, những đăng ký thay đổi sau đó."""
    call.actor.must_act_for(call.actor.unit())
    async with call.service.database.read() as read:
        if call.after is not None:
            followed = await rows_after(read, subscription, after=call.after, limit=call.limit)
            return changes_of(call, followed, [_shown(call, row) for row in followed.rows if _is_within(call, row)])
        rows = await list_subscriptions(read, beyond=place_of(call, UUID), limit=call.limit + 1)
    page = page_of(call, rows, "id", lambda row: _shown(call, row) if _is_within(call, row) else None)
    return Page(items=[item for item in page.items if item is not None], next_cursor=page.next_cursor)


async def get_one_subscription(subscription_id: UUID, call: Reads) -> SubscriptionShown:
    async with call.service.database.read() as read:
        row = await _own(call, read, subscription_id)
    return _tagged(call, row)


async def patch_subscription(subscription_id: UUID, body: SubscriptionChange, call: Edits) -> SubscriptionShown:
    """Chỉ những trường được gửi mới thay đổi. `active` cũng mở lại một đăng ký đã `gone`."""
    changed, offered = body.changed(), _offered(call)
    offered.ensure_known(changed.get("types"))
    if "url" in changed:
        await offered.targets.ensure_allowed(body.url)

    async def effect(tx: Write) -> Any:
        row = await _own(call, tx, subscription_id)
        call.must_match(row.version)
        await change_subscription(tx, row, changed, call.arrived_at)
        return await get_subscription(tx, subscription_id)

    return _tagged(call, await call.write(effect))


async def post_secret(subscription_id: UUID, call: Creates) -> SecretMade:
    """Khóa trước vẫn ký cùng khóa mới trong 24 giờ; đổi hai lần liền thì khóa cũ hết hiệu lực ngay."""

    async def effect(tx: Write) -> UUID:
        # The key leads back to this very generation, not to whichever is the newest when the request is repeated.
        return UUID(int=await rotate_secret(tx, await _own(call, tx, subscription_id), call.arrived_at))

    return _secret(call, subscription_id, (await call.once(effect)).int)


async def get_deliveries(
    subscription_id: UUID,
    call: Reads,
    state: DeliveryState | None = None,
    limit: Limit = 100,
    cursor: str | None = None,
) -> Page[DeliveryShown]:
    """Theo thứ tự của sự kiện. Nội dung trả lời của bên nhận không được giữ."""
    beyond = key_of(cursor, int, int)
    async with call.service.database.read() as read:
        await _own(call, read, subscription_id)
        rows = await list_deliveries(read, subscription_id, state=state, beyond=beyond, limit=limit + 1)
    more = cursor_beyond(rows, limit, "event_revision", "event_ordinal")
    return Page(items=[_delivery(row) for row in rows[:limit]], next_cursor=more)


async def post_replay(subscription_id: UUID, body: Replay, call: Creates) -> ReplayMade:
    """Một sự kiện (`event`), mọi lượt gửi đã bỏ (`dead`), hoặc tất cả từ một thời điểm (`since`)."""
    before = None
    if body.what == "since":
        async with call.service.database.read() as read:
            before = await find_place_before(read, body.since)

    async def effect(tx: Write) -> UUID:
        await _own(call, tx, subscription_id)
        match body.what:
            case "event":
                await replay_one(tx, subscription_id, body.event_id, call.arrived_at)
            case "dead":
                await replay_dead(tx, subscription_id, call.arrived_at)
            case "since" if before is not None:
                await replay_from(tx, subscription_id, before)
        return subscription_id

    return ReplayMade(subscription_id=await call.once(effect))


def _offered(call: Call) -> Subscribable:
    offered = call.service.subscribable
    assert offered is not None  # noqa: S101 - or these routes would not be there
    return offered


async def _own(call: Call, read: Read, subscription_id: UUID) -> Any:
    """Return the row of a subscription that the caller may act for.

    Raises:
        SubscriptionUnknown: There is none.
        UnitOutside: It is another unit's.
    """
    row = await get_subscription(read, subscription_id)
    call.actor.must_act_for(UnitId(row.unit_id))
    return row


def _is_within(call: Call, row: Any) -> bool:
    return call.actor.can_act_for(UnitId(row.unit_id))


def _secret(call: Call, subscription_id: UUID, generation: int) -> SecretMade:
    secret = secret_of(call.service.digest_secret, subscription_id, generation)
    return SecretMade(subscription_id=subscription_id, generation=generation, secret=secret)


def _tagged(call: Call, row: Any) -> SubscriptionShown:
    call.response.headers["ETag"] = etag_of(row.version)
    return _shown(call, row)


def _shown(call: Call, row: Any) -> SubscriptionShown:
    return SubscriptionShown(
        subscription_id=row.id,
        unit=call.reference.tree.get(UnitId(row.unit_id)).code,
        url=row.url,
        types=row.types,
        state=row.state,
        generation=row.generation,
        previous_signs_until=row.previous_signs_until,
        revision=row.revision,
    )


def _delivery(row: Any) -> DeliveryShown:
    state = DeliveryState.WAITING if row.next_at else DeliveryState.DELIVERED
    return DeliveryShown(
        event_id=row.event_id,
        type=row.type,
        recorded_at=row.recorded_at,
        state=DeliveryState.DEAD if row.dead_at else state,
        tries=row.tries,
        next_at=row.next_at,
        delivered_at=row.delivered_at,
        dead_at=row.dead_at,
        last_status=row.last_status,
        last_failure=row.last_failure,
    )
