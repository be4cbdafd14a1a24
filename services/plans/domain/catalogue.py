"""Keep the words of the catalogue the same in all plans, so that plans of different units can be compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from contracts.plan import Plan
from kernel.problems import Spot
from services.plans.domain.refusals import CatalogueConflict

NARRATIVE = "narrative"
"""The measure of a promise without a number: it neither fixes how an indicator is measured nor contradicts it."""


def ensure_agreement(plan: Plan, *, elements: Mapping[str, str], indicators: Mapping[str, str]) -> None:
    """Make sure that a plan uses known codes with their known kind.

    `elements` and `indicators` give the kind and the measure in the catalogue by code.

    Raises:
        CatalogueConflict: It does not. All places are named.
    """
    conflicts = [
        *_conflicts("/elements", "kind", ((one.code, one.kind.value) for one in plan.elements), elements),
        *_conflicts("/indicators", "measure", ((one.code, one.measure.measure) for one in plan.indicators), indicators),
    ]
    if conflicts:
        raise CatalogueConflict(spots=tuple(conflicts), count=len(conflicts))


def _conflicts(pointer: str, member: str, used: Iterable[tuple[str, str]], known: Mapping[str, str]) -> Iterator[Spot]:
    for place, (code, kind) in enumerate(used):
        said = known.get(code, kind)
        if said != kind and NARRATIVE not in (said, kind):
            yield Spot(
                f"{pointer}/{place}/{member}",
                "catalogue_conflict",
                f"trong danh mục, {code} là `{said}`, không phải `{kind}`",
                f"in the catalogue {code} is {said}, not {kind}",
            )
