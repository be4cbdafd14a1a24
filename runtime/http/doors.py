"""What lets a call in: a token, a signature, or nothing that is asked for. Each kind of route has a door of its own."""

from __future__ import annotations

import re
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Depends, Query
from fastapi import Path as PathParameter
from starlette.requests import Request
from starlette.responses import Response

from runtime.http.bulk import BulkCall
from runtime.http.call import Call, CreateCall, EditCall, ListCall, OpenCall, OpenCreateCall, SignedCall
from runtime.http.declaration import WORK, Access, Declaration, Kind
from runtime.http.pages import Limit
from runtime.http.problem_document import language_of
from runtime.http.refusals import InputInvalid, KeyInvalid, KeyMissing, KeyNotRandom, MatchMissing
from runtime.http.request_once import Sent, digest_of
from runtime.http.spots import spots_of
from runtime.service import Service

Noted = TypeVar("Noted", bound=OpenCall)

_KEY_HEADER, _MATCH = "Idempotency-Key", "If-Match"
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_NUL = re.compile(rb"(?<!\\)(\\\\)*\\u0000")
"""A NUL in JSON: `\\u0000` behind an even number of backslashes."""
_LARGEST_REVISION = 2**63 - 1
_AFTER = "Follow changes: what has a newer revision."


async def _with_token(request: Request, response: Response) -> dict[str, Any]:
    """Authenticate and authorise: the parts of a call with a token."""
    service: Service = request.app.state.service
    declaration: Declaration = request.state.declaration
    principal = await service.verifier.authenticate(request.headers.get("authorization"))
    principal.require(declaration.scope)
    await _refuse_nul(request)
    return {
        "request": request,
        "response": response,
        "service": service,
        "principal": principal,
        "language": language_of(request.headers.get("accept-language")),
        "declaration": declaration,
        "look": await service.reference.look(),
    }


async def _refuse_nul(request: Request) -> None:
    """Make sure that no text holds a NUL: SQLite would keep it, and PostgreSQL cannot.

    Raises:
        InputInvalid: One does.
    """
    query = request.query_params if request.scope["query_string"] else {}
    parameters = {"query": query, "path": request.path_params}
    places: list[tuple[str, ...]] = [
        (kind, name) for kind, given in parameters.items() for name, value in given.items() if "\0" in value
    ]
    body = await request.body()
    if b"\\u0000" in body and _NUL.search(body):
        places.append(("body",))
    if places:
        spots = spots_of([{"loc": place, "type": "nul_character"} for place in places])
        raise InputInvalid(spots=spots, count=len(spots))


async def _without_token(request: Request, response: Response) -> dict[str, Any]:
    """Return the parts of a call without a token."""
    service: Service = request.app.state.service
    return {
        "request": request,
        "response": response,
        "service": service,
        "language": language_of(request.headers.get("accept-language")),
        "declaration": request.state.declaration,
        "look": await service.reference.look(),
    }


Parts = Annotated[dict[str, Any], Depends(_with_token)]
"""For doors with parameters that FastAPI refuses: whoever has no token is told that first.

The other doors ask for their parts themselves: a dependency of a dependency costs FastAPI some 40 µs a request.
"""


def _noted(call: Noted) -> Noted:
    call.request.state.call = call
    return call


async def _read(request: Request, response: Response) -> Call:
    return _noted(Call(**await _with_token(request, response)))


async def _create(request: Request, response: Response) -> CreateCall:
    parts = await _with_token(request, response)
    return _noted(CreateCall(**parts, sent=await _sent(parts)))


async def _edit(request: Request, response: Response) -> EditCall:
    parts, if_match = await _with_token(request, response), request.headers.get(_MATCH)
    if not if_match:
        raise MatchMissing
    return _noted(EditCall(**parts, if_match=if_match))


async def _list(
    parts: Parts,
    limit: Limit = 100,
    cursor: str | None = None,
    after: Annotated[int | None, Query(ge=0, le=_LARGEST_REVISION, description=_AFTER)] = None,
    epoch: Annotated[UUID | None, Query(description="The epoch of the answer that `after` comes from.")] = None,
) -> ListCall:
    return _noted(ListCall(**parts, limit=limit, cursor=cursor, after=after, epoch=epoch))


async def _bulk(
    parts: Parts,
    dry_run: Annotated[bool, Query(description="Check every line and change nothing.")] = False,
    mode: Annotated[str, Query(pattern="^(all|each)$", description="All lines or none, or each for itself.")] = "all",
) -> BulkCall:
    sent = await _sent(parts, suffix=f"?dry_run={dry_run}&mode={mode}")
    return _noted(BulkCall(**parts, sent=sent, dry_run=dry_run, each=mode == "each"))


async def _public(request: Request, response: Response) -> OpenCall:
    return _noted(OpenCall(**await _without_token(request, response)))


async def _public_create(request: Request, response: Response) -> OpenCreateCall:
    parts, key = await _without_token(request, response), request.headers.get(_KEY_HEADER)
    if key is None:
        raise KeyMissing
    if not _is_random(key):
        raise KeyNotRandom
    service: Service = parts["service"]
    digest = digest_of(service.digest_secret, request.method, request.scope["path"], await request.body())
    client = f"public:{request.state.declaration.name}"
    return _noted(OpenCreateCall(**parts, sent=Sent(client, key.lower(), digest)))


def _is_random(key: str) -> bool:
    """Say whether a key is a random UUID: one that callers could hit upon would show one what another one sent."""
    try:
        return str(UUID(key)) == key.lower() and UUID(key).version == 4
    except ValueError:
        return False


async def _signed(
    request: Request,
    response: Response,
    sender: Annotated[str, PathParameter(description="The sender's name, as it was given its secret under.")],
) -> SignedCall:
    parts, body = await _without_token(request, response), await request.body()
    service: Service = parts["service"]
    signed = service.senders.verify(sender, request.headers, body, service.clock.now())
    if not _KEY.fullmatch(signed.id):
        raise KeyInvalid
    digest = digest_of(service.digest_secret, request.method, request.scope["path"], body)
    sent = Sent(f"webhook:{signed.sender.name}", signed.id, digest)
    return _noted(SignedCall(**parts, sender=signed.sender, sent=sent, body=body))


async def _sent(parts: dict[str, Any], suffix: str = "") -> Sent:
    request: Request = parts["request"]
    key = request.headers.get(_KEY_HEADER)
    if key is None:
        raise KeyMissing
    if not _KEY.fullmatch(key):
        raise KeyInvalid
    secret = parts["service"].digest_secret
    digest = digest_of(secret, request.method, request.scope["path"] + suffix, await request.body())
    return Sent(parts["principal"].client_id, key, digest)


Reads = Annotated[Call, Depends(_read)]
Creates = Annotated[CreateCall, Depends(_create)]
Edits = Annotated[EditCall, Depends(_edit)]
Lists = Annotated[ListCall, Depends(_list)]
Bulks = Annotated[BulkCall, Depends(_bulk)]
Open = Annotated[OpenCall, Depends(_public)]
OpenCreates = Annotated[OpenCreateCall, Depends(_public_create)]
SignedCreates = Annotated[SignedCall, Depends(_signed)]

CALL_OF = {Kind.READ: Call, Kind.CREATE: CreateCall, Kind.EDIT: EditCall, Kind.LIST: ListCall, Kind.BULK: BulkCall}
CALL_WITHOUT_TOKEN = {
    (Access.PUBLIC, Kind.READ): OpenCall,
    (Access.PUBLIC, Kind.CREATE): OpenCreateCall,
    (Access.SIGNATURE, Kind.CREATE): SignedCall,
}


def _header(name: str, description: str, *, required: bool = True) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": required,
        "schema": {"type": "string"},
        "description": description,
    }


_CHOSEN_KEY = _header(_KEY_HEADER, "Chosen by you; the same on retry.")
HEADERS = {
    (Access.TOKEN, Kind.CREATE): [_CHOSEN_KEY],
    (Access.TOKEN, Kind.BULK): [_CHOSEN_KEY],
    (Access.TOKEN, Kind.EDIT): [_header(_MATCH, "ETag of the version that you read.")],
    (Access.PUBLIC, Kind.CREATE): [
        _header(_KEY_HEADER, "A random UUID; the same on retry."),
        _header(
            WORK,
            "`<minute>:<nonce>`, a proof of work: lets you in beyond the limit, as the answer 429 says.",
            required=False,
        ),
    ],
    (Access.SIGNATURE, Kind.CREATE): [
        _header("webhook-id", "Chosen by you; the same on retry."),
        _header("webhook-timestamp", "Seconds since 1970, now."),
        _header("webhook-signature", "`v1,` and the signature."),
    ],
}
"""What the OpenAPI document says of headers: doors read them by themselves, and refuse in their own words.

All but `Work`, which is the gateway's: no service looks at it.
"""
