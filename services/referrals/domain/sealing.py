"""What each sealed text is bound to, so that none can be put in another's place."""

from __future__ import annotations

from uuid import UUID


def case_key(case_id: UUID) -> str:
    """Return what the key of a case is bound to."""
    return f"case:{case_id}"


def person_of(case_id: UUID) -> str:
    """Return what the details of a case's person are bound to."""
    return f"case:{case_id}:person"


def reason_of(decision_id: UUID) -> str:
    """Return what the reason of a decision on eligibility is bound to."""
    return f"decision:{decision_id}:reason"


def evidence_of(consent_id: UUID) -> str:
    """Return what the evidence of a consent is bound to."""
    return f"consent:{consent_id}:evidence"
