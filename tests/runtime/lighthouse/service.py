"""The lighthouse as a service: one route of each kind, and the parts that every service has."""

from __future__ import annotations

from uuid import UUID

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Row, select, update
from starlette.responses import Response

from kernel.clock import Clock
from kernel.ids import UnitId
from kernel.problems import Refusal, Spot, Words
from runtime.auth.verifier import TokenVerifier
from runtime.bus.embedded import EmbeddedBus
from runtime.database import Database, Read, Settings, Write
from runtime.http.app import create_app
from runtime.http.bulk import BulkLoad
from runtime.http.call import Call, etag_of
from runtime.http.declaration import UnitRule
from runtime.http.instants import StrictInstant
from runtime.http.pages import Changes, Page, encode_cursor, key_of, rows_after
from runtime.http.routes import Bulks, Creates, Edits, Lists, Reads, Routes
from runtime.http.tables import Form, form_of, table_response
from runtime.reference import Reference
from runtime.service import Service
from runtime.telemetry.metrics import Metrics
from tests.runtime.lighthouse.lamps import MIGRATIONS, lamp, light

NAME = "lighthouse"
DAZZLING = 900


class LampUnknown(Refusal):
    """No lamp has this id."""

    code = "lamp_unknown"
    status = 404
    vi = Words("Không có đèn này", "Không có đèn {lamp}.")
    en = Words("No such lamp", "There is no lamp {lamp}.")


class UnitUnknown(Refusal):
    """A lamp is to be lit for a unit that is not there."""

    code = "unit_unknown"
    status = 422
    vi = Words("Không có đơn vị này", "Không có đơn vị có mã đã gửi.")
    en = Words("No such unit", "No unit has the code that was sent.")


class PlaceTaken(Refusal):
    """A place has one lamp."""

    code = "place_taken"
    status = 409
    vi = Words("Chỗ này đã có đèn", "Mỗi chỗ chỉ có một đèn.", "Chọn chỗ khác.")
    en = Words("Place taken", "A place has one lamp.", "Choose another place.")


class LampDazzling(Refusal):
    """A lamp is too bright for its neighbours: found out only when it is lit."""

    code = "lamp_dazzling"
    status = 409
    vi = Words("Đèn quá sáng", "Đèn làm chói các đèn bên cạnh.", "Giảm độ sáng.")
    en = Words("Lamp dazzling", "The lamp outshines those beside it.", "Make it less bright.")


class NewLamp(BaseModel):
    """A lamp to be lit."""

    model_config = ConfigDict(extra="forbid")

    place: str = Field(min_length=1, max_length=40)
    unit: str
    brightness: int = Field(ge=0, le=1000)


class LampMade(BaseModel):
    """The answer to a create: what never changes."""

    lamp_id: UUID


class Lamp(BaseModel):
    """A lamp as it is now."""

    lamp_id: UUID
    place: str
    brightness: int


class Brightness(BaseModel):
    """How bright a lamp is to be."""

    brightness: int = Field(ge=0, le=1000)


coast = Routes(NAME, "coast")


@coast.create("/v1/lamps", scope="lighthouse:light", units=UnitRule.ACTS_FOR)
async def light_lamp(call: Creates, new: NewLamp) -> LampMade:
    return LampMade(lamp_id=await call.once(lambda tx: _light(call, tx, new)))


@coast.bulk("/v1/lamps/bulk", scope="lighthouse:light", units=UnitRule.ACTS_FOR, line=NewLamp)
async def light_lamps(call: Bulks) -> BulkLoad:
    return await call.load(NewLamp, lambda tx, new: _light(call, tx, new))


@coast.read("/v1/lamps/{lamp_id}", scope="lighthouse:read", units=UnitRule.WITHIN)
async def read_lamp(call: Reads, lamp_id: UUID) -> Lamp:
    async with call.service.database.read() as read:
        row = await _get(read, lamp_id)
    call.actor.must_act_for(UnitId(row.unit_id))
    call.response.headers["ETag"] = etag_of(row.version)
    return _lamp(row)


@coast.edit("PUT", "/v1/lamps/{lamp_id}/brightness", scope="lighthouse:light", units=UnitRule.ACTS_FOR)
async def set_brightness(call: Edits, lamp_id: UUID, wanted: Brightness) -> Lamp:
    async def effect(tx: Write) -> Row[tuple[object, ...]]:
        row = await _get(tx, lamp_id)
        call.actor.must_act_for(UnitId(row.unit_id))
        call.must_match(row.version)
        changed = {"brightness": wanted.brightness, "version": row.version + 1, "revision": tx.number}
        await tx.execute(update(lamp).where(lamp.c.id == lamp_id).values(changed))
        return await _get(tx, lamp_id)

    row = await call.write(effect)
    call.response.headers["ETag"] = etag_of(row.version)
    return _lamp(row)


@coast.list("/v1/lamps", scope="lighthouse:read", units=UnitRule.ANY, response_model=Page[Lamp] | Changes[Lamp])
async def list_lamps(call: Lists) -> Page[Lamp] | Changes[Lamp] | Response:
    (beyond,) = key_of(call.cursor, str) or ("",)
    async with call.service.database.read() as read:
        if call.after is not None:
            followed = await rows_after(read, lamp, after=call.after, limit=call.limit)
            call.must_be_of(followed.newest)
            newest = followed.newest
            items = [_lamp(row) for row in followed.rows]
            return Changes(items=items, through=followed.through, newest=newest.number, epoch=newest.epoch)
        page = select(lamp).where(lamp.c.place > beyond).order_by(lamp.c.place).limit(call.limit + 1)
        rows = (await read.execute(page)).all()
    form = form_of(call.request.headers.get("accept"))
    if form is not Form.JSON:
        return await table_response(
            form, ["place", "brightness"], [(row.place, row.brightness) for row in rows], "lamps"
        )
    shown = rows[: call.limit]
    more = encode_cursor([shown[-1].place]) if len(rows) > call.limit else None
    return Page(items=[_lamp(row) for row in shown], next_cursor=more)


@coast.read("/v1/tide", scope="lighthouse:read", units=UnitRule.ANY)
async def read_tide(call: Reads, at: StrictInstant) -> dict[str, str]:  # noqa: ARG001
    return {"at": at.isoformat()}


async def _light(call: Call, tx: Write, new: NewLamp) -> UUID:
    unit = call.reference.tree.find(new.unit, call.actor.on)
    if unit is None:
        raise UnitUnknown(
            spots=(Spot("/unit", "unit_unknown", "không có đơn vị mang mã này", "no unit has this code"),)
        )
    call.actor.must_act_for(unit.id)
    if (await tx.execute(select(lamp.c.id).where(lamp.c.place == new.place))).first() is not None:
        raise PlaceTaken
    lamp_id = await light(tx, new.place, unit_id=unit.id, brightness=new.brightness)
    if new.brightness > DAZZLING:
        raise LampDazzling
    return lamp_id


async def _get(read: Read, lamp_id: UUID) -> Row[tuple[object, ...]]:
    row = (await read.execute(select(lamp).where(lamp.c.id == lamp_id))).one_or_none()
    if row is None:
        raise LampUnknown(lamp=lamp_id)
    return row


def _lamp(row: Row[tuple[object, ...]]) -> Lamp:
    return Lamp(lamp_id=row.id, place=row.place, brightness=row.brightness)


def a_service(url: str, *, clock: Clock, verifier: TokenVerifier) -> Service:
    """Return the parts of a lighthouse."""
    database = Database(Settings(url=url, durable=False), service=NAME, clock=clock)
    return Service(
        name=NAME,
        clock=clock,
        database=database,
        migrations=MIGRATIONS,
        reference=Reference(database),
        verifier=verifier,
        bus=EmbeddedBus({}),
        metrics=Metrics(NAME),
        digest_secret=b"known to the lighthouse only",
    )


def an_app(service: Service, *rooms: Routes) -> FastAPI:
    """Return the lighthouse's application, with more rooms if a test has some."""
    return create_app(service, [coast, *rooms], title="Hải đăng", description="For tests.")
