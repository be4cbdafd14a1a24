"""The caller, as an access token describes it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from runtime.auth.refusals import ScopeMissing, ScopesConflict


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls, for which unit, and what the token allows."""

    client_id: str
    scopes: frozenset[str]
    """By service and verb: `reports:submit`, `tips:intake`."""
    unit: str
    """Code of the unit that the caller acts for, valid on the day of the act. Its subtree is included."""
    token_id: str
    expires_at: datetime

    @property
    def handles_referrals(self) -> bool:
        """Whether any of its scopes leads to persons who seek support."""
        return any(scope.startswith("referrals:") for scope in self.scopes)

    def require(self, scope: str) -> None:
        """Pass if the token carries a scope.

        Raises:
            ScopeMissing: It does not.
        """
        if scope not in self.scopes:
            raise ScopeMissing(scope=scope)


def forbid_conflict(scopes: Iterable[str]) -> None:
    """Pass if no holder of these scopes could see both who informs and who seeks support.

    >>> forbid_conflict({"tips:intake", "reports:submit"})

    Raises:
        ScopesConflict: There is a `tips:*` scope and a `referrals:*` scope.
    """
    services = {scope.partition(":")[0] for scope in scopes}
    if {"tips", "referrals"} <= services:
        raise ScopesConflict
