"""Lists that come in pages are shown as one."""

from __future__ import annotations

import json

import httpx

from lanhmanh.api import Api
from lanhmanh.shown import one_csv, one_json
from runtime.http.tables import csv_bytes

PLACES = ("Bạch", "Gành", "Kê Gà")


def harbour(request: httpx.Request) -> httpx.Response:
    """Answer with one place a page, and with the way to the next."""
    number = int(request.url.params.get("cursor", 0))
    more = number + 1 < len(PLACES)
    query = request.url.copy_merge_params({"cursor": str(number + 1)}).query.decode()
    headers = {"Link": f'<?{query}>; rel="next"'} if more else {}
    if request.headers["Accept"] == "text/csv":
        asked = "+".join(request.url.params.get_list("kind"))
        return httpx.Response(200, content=csv_bytes(["place", "kind"], [[PLACES[number], asked]]), headers=headers)
    page = {"total": 3, "items": [PLACES[number]], "next_cursor": str(number + 1) if more else None}
    return httpx.Response(200, json=page, headers=headers)


def pages(accept: str) -> list[bytes]:
    client = httpx.Client(transport=httpx.MockTransport(harbour), base_url="http://harbour.test")
    return [page.content for page in Api(client).pages("/v1/lamps", accept=accept, kind=("cape", "quay"), unit=None)]


def test_a_table_of_several_pages_has_one_row_of_names() -> None:
    rows = [[place, "cape+quay"] for place in PLACES]

    assert one_csv(pages("text/csv")) == csv_bytes(["place", "kind"], rows)


def test_a_list_of_several_pages_has_all_items_and_no_next_page() -> None:
    assert json.loads(one_json(pages("application/json"))) == {"total": 3, "items": [*PLACES], "next_cursor": None}
