"""What callers send to be sealed, and the vault that seals it. None of it is ever repeated to anybody."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import Depends
from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError
from starlette.requests import Request

from runtime.crypto import Vault


def _checked(value: Any) -> Any:
    """Refuse at once what cannot be kept: a finding within would name the place, and so a field of the person."""
    try:
        if value is None or (
            isinstance(value, dict) and json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
        ):
            return value
    except (ValueError, RecursionError):
        pass
    raise PydanticCustomError("dict_type", "a JSON object is wanted")


Person = Annotated[dict[str, Any], BeforeValidator(_checked)]
"""Details of a person: any JSON object."""

Prose = Annotated[str, Field(min_length=1, max_length=10_000)]
"""A reason, or what proves a consent."""


async def _vault(request: Request) -> Vault:
    vault: Vault = request.app.state.service.vault
    return vault


Vaults = Annotated[Vault, Depends(_vault)]
