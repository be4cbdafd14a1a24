"""Write docs/api.md: the conventions that every route keeps, and the matrix of all routes.

Usage: python -m tools.api_matrix [--check]
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

from runtime.http.app import declarations
from runtime.http.declaration import Access, Declaration
from tools.generated import ROOT, settle
from tools.unstarted import service_names, unstarted

CONVENTIONS = """\
# The API

<!-- Written by `make generate` from the routes themselves: do not edit. -->

All paths begin with `/v1` and are reached through the gateway.
The machine-readable document of all services is at `/openapi.json`, and a page to read and try it at `/docs`.
Each service commits its own: `services/<service>/openapi.json`.

## Who may call

A caller sends `Authorization: Bearer <token>`, a JWT (RS256, ES256 or EdDSA) of the configured issuer.
Its claim `scope` says what the caller may do, its claim `unit` for which unit: a code, read on the day of the act.
The gateway checks the token, and the service checks it again.
No token has scopes of `tips` and of `referrals` together; none with a scope of `referrals` names an enforcement body.

A machine that cannot come with a token signs instead (Standard Webhooks 1.0.0): `webhook-id`, `webhook-timestamp` \
and `webhook-signature`, HMAC-SHA256 over `id.timestamp.body` with the secret that it was given.
A signature is good for five minutes; `webhook-id` is the idempotency key, for ever. Few routes are for everybody.

| Unit rule | Meaning |
|---|---|
| `any` | The answer concerns no unit in particular. |
| `acts_for` | The caller's unit is, or on the day of the act stands above, the unit that it acts for. |
| `within` | The answer holds only what concerns the caller's unit and its subtree, or what it receives. |

## What each kind of route promises

| Kind | Promise |
|---|---|
| `create` | Needs `Idempotency-Key` (400 without). The same key and body give the first answer again, with \
`Idempotent-Replayed: true`; the same key with another body is refused (422). Answers 201. |
| `edit` | Needs `If-Match` with the ETag that was read (428 without, 412 if somebody changed it since). |
| `list` | A page of at most `limit` items, and `next_cursor` while there are more. With `after=<revision>` instead: \
what changed since, by whole revisions, so that asking again with `after=<through>` misses and repeats nothing; \
`epoch` tells when to start over (after a restore). Filters do not go with `after`: what leaves one would go unseen \
(`changes_filtered`). |
| `bulk` | NDJSON, one item a line, with `Idempotency-Key`. `mode=all`: all lines or none; `mode=each`: each for \
itself; `dry_run=true` checks and changes nothing. Every line has its result. |
| `read` | One thing. What can be edited carries its ETag. Where a board is a list (`/v1/compliance/obligations`, \
`/v1/compliance/ranking`), `cursor` also pins the instant asked about and what was known: its pages are of one list, \
whatever happens meanwhile. |

## Refusals

A refused request is answered with a problem document (RFC 9457, `application/problem+json`): `title` and `detail` say \
what, `mend` says how to mend it, `errors` where (`pointer`, a JSON pointer), `code` and `type` are stable.
The language is Vietnamese, or English where `Accept-Language` prefers it.

## Limits, and a way past them

Whoever asks one route too often gets 429 `rate_exceeded`, and `Retry-After` says for how many seconds.
Callers without a token are told apart by their network address (of IPv6, its /64), which a whole village may share.
Whoever only waits gets in once the flood from their address is over: while it lasts, it takes the room that \
`Retry-After` promises.
Where everybody may create (routes that list the header `Work`), the 429 also has `Work-Bits`, and a request that \
proves so much work is let in at once.

`Work: <minute>:<nonce>`, where SHA-256 of `lanhmanh-work:v1:<minute>:<Idempotency-Key>:<nonce>` begins with at least \
`Work-Bits` zero bits.
The minute counts from 1970 (UTC), and is at most 10 minutes old and 2 ahead; the nonce has 1 to 64 of the \
characters `A-Z`, `a-z`, `0-9`, `-` and `_`; the key is that header, letter for letter.

```python
from hashlib import sha256
from itertools import count
from time import time
from uuid import uuid4

bits, minute, key = 20, int(time() // 60), uuid4()
text = f"lanhmanh-work:v1:{minute}:{key}:"
nonce = next(n for n in count() if int(sha256(f"{text}{n}".encode()).hexdigest(), 16) >> (256 - bits) == 0)
print(f"Idempotency-Key: {key}")
print(f"Work: {minute}:{nonce}")
```

What it prints into a file goes with a tip as `curl -H @file`.
A script in a browser takes a second or so with a SHA-256 of its own, and some fifty times as long with \
`crypto.subtle`, which answers each digest later.
A proof is looked at beyond the limit only: below it, a wrong one does no harm.
It is good for its own key, so for one tip, and may be sent again as often as one address may ask.
One that proves nothing is told why, again with 429: `work_malformed`, `work_stale`, or `work_too_little`, as work for \
another key is.

## Instants, days and tables

Instants are RFC 3339 with a time zone (`2025-06-14T17:00:00Z`); what has none is refused.
Days (`2025-06-15`) are days in Asia/Ho_Chi_Minh. `_until` and `due_at` are exclusive ends.
Answers that are tables also come as CSV, with `Accept: text/csv`, and as a workbook, with `Accept: \
application/vnd.openxmlformats-officedocument.spreadsheetml.sheet`. A page of a table names the next one in `Link`.
`traceparent` (W3C) is carried through to the events that a request causes; each answer names its request in \
`X-Request-Id`.

## Webhooks

Whoever cannot ask again and again subscribes (`POST /v1/subscriptions/<service>`) and gets each event as a POST, \
by Standard Webhooks 1.0.0: `{"type", "timestamp", "data"}`, signed with the secret that the answer showed once.
Verify it with a library of Standard Webhooks over the bytes as they came, and answer 2xx within 15 seconds.
All else is tried again, ten times over four days; 410 ends the subscription. Redirects are not followed.
The same event may come more than once, and later than a younger one: `webhook-id` is its id, so drop what you know.
A subscription gets the events of its unit and of those below it. What was missed is there to be replayed.

## Packages

A tip goes to a competent body outside as a package (`POST /v1/tips/{tip_id}/packages`), which is kept nowhere: the \
answer is handed on as it is. The body makes a key with `lanhmanh package new-key`, a unit registers the public one.
`sealed` is base64 of what HPKE makes (RFC 9180, base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM): the \
encapsulated key (32 bytes), then the ciphertext; `info` is `lanhmanh/tips/package/v1/` and the tip's number.
In it is `{"statement", "signature", "key_id"}`, signed as receipts are, and spaces behind it. The statement is JSON:

| Member | Meaning |
|---|---|
| `package` | `tips` |
| `key` | fingerprint of the key that it is for: SHA-256, hex |
| `number`, `unit`, `category`, `received_at` | the tip's number, the code of the unit that received it, what it is \
before the law, and when it came |
| `text`, `ground` | what the officer says of it, and the legal ground |
| `forwarded_by`, `forwarded_at` | code of the unit that forwarded it, and when |
| `receipt` | the receipt as it was given, without its follow-up code |

Anybody who has a body's public key can seal something to it: believe a package only once it is checked.
The public keys for that are got from the product itself, and kept:

```
curl -fsS "$URL/v1/tips/receipt-keys" > keys.json
lanhmanh package open package.json --key key.json --keys keys.json
```

The one file `lanhmanh/package_open.py` does the same without the product.
It prints what was signed for this key and this number, and nothing else; the exit code is 1 if anything is wrong.
With `--unchecked` instead of `--keys` it prints what nobody vouches for, and the exit code is 1 too.

## Statistics of tips

Whoever handles no tips reads how many came (`GET /v1/tips/statistics`): to a province and all units below it in one \
quarter, by channel, by category, or by how they stood.
A tip whose channel, category or standing has fewer than ten counts nowhere, also not in `received`; where that leaves \
fewer than ten in another one, those count neither.
So all that is said would be the same with nothing in the places that are not named, or with one to nine tips in any: \
no subtraction tells. For that, `received` is too low by what is left out.
No other units and periods are offered, because provinces and quarters share no tip: add them up for a year or the \
country.

Tips are counted as they stood when the quarter ended, and said once it has been over for a day. Nothing that is done \
with them later moves a count; a decision on units can, if it is recorded later for earlier days.

What is not hidden: a place that is named has at least ten. Rounding keeps counts from looking more exact than they \
need be, and several together may tell one closer than to ten.
Whoever gives tips themselves can bring a place near ten, or near where rounding steps, and learns whether the tips of \
others did the rest: once, when the quarter is over.
And receipts are numbered by unit and year: whoever gives a tip sees from its number how many came to that unit.

## Routes
"""


def page(rows: Iterable[Declaration]) -> str:
    """Return the document, with one table a service."""
    parts = [CONVENTIONS]
    by_service: dict[str, list[Declaration]] = {}
    for row in rows:
        by_service.setdefault(row.service, []).append(row)
    for service, declared in by_service.items():
        parts.append(f"\n### {service}\n\n| Method | Path | Who | Unit rule | Kind |\n|---|---|---|---|---|\n")
        parts += [
            f"| {row.method} | `{row.path}` | {_door(row)} | `{row.units}` | `{row.kind}` |\n"
            for row in sorted(declared, key=lambda row: (row.path, row.method))
        ]
    return "".join(parts)


def _door(row: Declaration) -> str:
    return f"`{row.scope}`" if row.scope else {Access.SIGNATURE: "a signature", Access.PUBLIC: "everybody"}[row.access]


def main(arguments: list[str]) -> int:
    """Write the document, or check it."""
    rows = [row for name in service_names() for row in declarations(unstarted(name))]
    return settle({ROOT / "docs" / "api.md": page(rows)}, arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
