"""Judge answers: by the document, and by the refusals that `allowed.yaml` names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import yaml
from schemathesis.checks import CheckFunction
from schemathesis.core.failures import FailureGroup
from schemathesis.core.transport import Response
from schemathesis.specs.openapi import checks

from tests.tips.fuzz.letters import Letter

Refused = tuple[str, int, str]
"""Operation, status and code."""

_ALLOWED_FILE = Path(__file__).parent / "allowed.yaml"
_CHECKS: list[CheckFunction] = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]


class Judge:
    """Notes what was wrong, once for each operation and kind, and what was refused and receipted."""

    def __init__(self) -> None:
        self.allowed = _allowed()
        self.met: set[Refused] = set()
        self.done: set[str] = set()
        """Operations that were done at least once."""
        self.answers = 0
        self.receipts: dict[str, Mapping[str, Any]] = {}
        """All that were given, by their number."""
        self._found: dict[str, str] = {}

    def judge(self, letter: Letter, answers: Sequence[httpx.Response]) -> None:
        """Look at all answers to a letter."""
        self.answers += len(answers)
        for answer in answers:
            for what in (*self._by_list(letter, answer), *_by_document(letter, answer)):
                self.note(letter, what, f"{answer.request.method} {answer.request.url}\n    {answer.text:.500}")
            if answer.is_success:
                self.done.add(letter.operation)
                self._keep_receipts(answer)
        made = [answer.json() for answer in answers if answer.is_success and letter.is_create]
        if any(one != made[0] for one in made):
            self.note(letter, "a request that was sent again made something else", f"{made:.500}")

    def note(self, letter: Letter, what: str, how: str) -> None:
        """Note that something was wrong."""
        self._found.setdefault(f"{letter.operation}: {what}", f"    {letter!r}\n    {letter.shown_body!r}\n    {how}")

    def report(self) -> str:
        """Say what was wrong, if anything was."""
        return "\n".join(f"{what}\n{how}" for what, how in sorted(self._found.items()))

    def _by_list(self, letter: Letter, answer: httpx.Response) -> Iterator[str]:
        if answer.is_server_error:
            yield f"{answer.status_code}, a server error"
        elif answer.is_client_error:
            problem = answer.json()
            code = problem["code"]
            if (problem["status"], problem["type"]) != (answer.status_code, f"urn:lanhmanh:problem:{code}"):
                yield f"{answer.status_code} {code} contradicts itself"
            refused = (letter.operation, answer.status_code, code)
            self.met.add(refused)
            if refused not in self.allowed:
                yield f"{answer.status_code} {code} is not allowed"

    def _keep_receipts(self, answer: httpx.Response) -> None:
        if not answer.headers["content-type"].startswith("application/json"):
            return
        said = answer.json()
        for one in said.get("receipts", [said]) if isinstance(said, dict) else []:
            if "statement" in one and "number" in one:
                self.receipts[one["number"]] = one


def _allowed() -> frozenset[Refused]:
    listed: Mapping[str, Mapping[int, Sequence[str]]] = yaml.safe_load(_ALLOWED_FILE.read_text("utf-8"))
    return frozenset(
        (operation, status, code)
        for operation, by_status in listed.items()
        for status, codes in by_status.items()
        for code in codes
    )


def _by_document(letter: Letter, answer: httpx.Response) -> Iterator[str]:
    try:
        letter.case.validate_response(Response.from_httpx(answer, verify=True), checks=_CHECKS)
    except FailureGroup as failures:
        yield from (f"{answer.status_code}, {one}" for one in failures.exceptions)
