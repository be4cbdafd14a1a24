"""What is sent with each act on a tip."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonValue

from contracts.events.tips import Category, Outcome
from contracts.unit import UnitCode
from services.tips.domain.grade import Grade
from services.tips.domain.nature import Instance, Nature
from services.tips.domain.notice import Notice, Told
from services.tips.usecases.classify_tip import Finding

Note = Annotated[str, Field(max_length=5000, description="For the file; it is kept sealed.")]
Ground = Annotated[str, Field(min_length=1, max_length=300, description="The legal ground. No word of the tip.")]
Named = Annotated[str, Field(min_length=1, max_length=300)]
Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


def _like(**example: JsonValue) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [example]})


class Classification(BaseModel):
    """What a tip is before the law."""

    model_config = _like(category="crime_report")

    category: Category
    instance: Instance | None = Field(default=None, description="Of a complaint; the first unless it is said.")
    remote: bool = Field(default=False, description="Of a complaint: from an area that is remote and hard to travel.")
    competent: bool = Field(default=True, description="Whether the unit is competent; if not, it has to transfer it.")
    note: Note = ""

    def to_finding(self) -> Finding:
        """Return what the unit found. Instance and remoteness are particulars of complaints alone."""
        is_complaint = self.category is Category.COMPLAINT
        instance = (self.instance or Instance.FIRST) if is_complaint else None
        return Finding(self.category, Nature(self.category, instance, self.remote and is_complaint), self.competent)


class Reclassification(Classification):
    """What a tip turned out to be before the law."""

    model_config = _like(category="denunciation", ground="Luật Tố cáo 2018, Điều 2")

    ground: Ground


class Assignment(BaseModel):
    """Who looks into it."""

    model_config = _like(to="68.CA")

    to: UnitCode
    note: Note = ""


class Verification(BaseModel):
    """The unit begins to verify."""

    model_config = _like(note="Đã cử hai cán bộ xác minh.")

    note: Note = ""


class Suspension(BaseModel):
    """Why its clock stands still."""

    model_config = _like(ground="BLTTHS 2015, Điều 148.1.a")

    ground: Ground
    note: Note = ""


class Resumption(BaseModel):
    """Why its clock runs again."""

    model_config = _like(ground="BLTTHS 2015, Điều 149")

    ground: Ground
    note: Note = ""


class ExtensionGranted(BaseModel):
    """Which extension the law gives, why, and who approved it."""

    model_config = _like(kind="complex", ground="Nhiều tình tiết phức tạp", approver="Quyết định 12/QĐ-CQĐT")

    kind: Literal["complex", "especially_complex", "procuracy", "several_places"]
    ground: Ground
    approver: Named = Field(description="A second person, by name or office, or the document in which they decided it.")
    note: Note = ""


class NoticeGiven(BaseModel):
    """Who was told what of it."""

    model_config = _like(notice="receipt", to=["procuracy", "informant"])

    notice: Notice
    to: list[Told] = Field(min_length=1, max_length=4)
    note: Note = ""


class Transfer(BaseModel):
    """Who is competent, and by which ground."""

    model_config = _like(to="68.CA", ground="TTLT 01/2017, Điều 8.6")

    to: UnitCode
    ground: Ground
    note: Note = ""


class HandingOver(BaseModel):
    """Which body outside of this system has it, by which ground, and under which number since when."""

    model_config = _like(
        body="Tòa án nhân dân khu vực 1", ground="TTLT 01/2017, Điều 8.2", reference="15/TN", received_on="2026-03-02"
    )

    body: Named
    ground: Ground
    reference: Named = Field(description="Number of that body's receipt.")
    received_on: date = Field(description="Day of that body's receipt.")
    package: Digest | None = Field(default=None, description="Digest of the package that it got, if it got one.")
    note: Note = ""


class NonAcceptance(BaseModel):
    """By which ground the law does not have it handled."""

    model_config = _like(ground="Luật Khiếu nại 2011, Điều 11.5")

    ground: Ground
    note: Note = ""


class Link(BaseModel):
    """Which other tip says the same."""

    model_config = _like(duplicate_of="01890a5d-ac96-774b-bcce-b302099a8057")

    duplicate_of: UUID
    note: Note = ""


class Grading(BaseModel):
    """How an officer marks it, and why."""

    model_config = _like(grade="spam", ground="Nội dung quảng cáo")

    grade: Grade
    ground: Ground
    note: Note = ""


class Retention(BaseModel):
    """Whether the content is kept beyond the usual period, why, and who approved it."""

    model_config = _like(retained=True, ground="Phục vụ điều tra vụ án 15/2026", approver="Quyết định 12/QĐ-CQĐT")

    retained: bool = Field(description="Whether it is kept from now on; if not, the usual period counts again.")
    ground: Ground
    approver: Named = Field(description="A second person, by name or office, or the document in which they decided it.")


class Resolution(BaseModel):
    """What was found."""

    model_config = _like(outcome="confirmed")

    outcome: Literal[Outcome.CONFIRMED, Outcome.UNFOUNDED, Outcome.DUPLICATE]
    note: Note = ""


class Closing(BaseModel):
    """The end."""

    model_config = _like(note="Đã thông báo kết quả.")

    note: Note = ""
