"""Who may hold a case or receive a referral: nobody who enforces."""

from __future__ import annotations

from datetime import date

from kernel.ids import UnitId
from kernel.units import UnitTree, is_enforcement
from services.referrals.domain.refusals import HolderEnforces, RecipientEnforces, RecipientGone


def ensure_holds(tree: UnitTree, holder: UnitId, day: date) -> None:
    """Make sure that a unit may keep a case.

    Raises:
        HolderEnforces: It is an enforcement body, or a part of one.
    """
    if is_enforcement(tree, holder, day):
        raise HolderEnforces(unit=tree.get(holder).code)


def ensure_receives(tree: UnitTree, provider: UnitId, day: date, *, declared_independent: bool) -> None:
    """Make sure that a service may receive a referral: by its own word, and by the tree as it stands on the day.

    Of a providing unit that is gone, whoever bears its duties is looked at.

    Raises:
        RecipientGone: Nobody bears the duties of the providing unit.
        RecipientEnforces: The service is not independent, or who provides it enforces.
    """
    bearer = tree.bearer(provider, day)
    if bearer is None:
        raise RecipientGone(unit=tree.get(provider).code, day=day.isoformat())
    if not declared_independent or is_enforcement(tree, bearer, day):
        raise RecipientEnforces(unit=tree.get(bearer).code)
