"""Who acts, for which unit, on which day: a caller acts for its unit and its subtree only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from kernel.ids import UnitId
from kernel.problems import Refusal, Words
from kernel.units import UnitTree, is_enforcement
from runtime.auth.refusals import UnitOutside


class UnitNotInForce(Refusal):
    """The unit named in the caller's token does not exist on the day of the act."""

    code = "unit_not_in_force"
    status = 403
    vi = Words("Đơn vị không còn hiệu lực", "Không có đơn vị {caller} vào ngày {day}.", "Xin mã cho đơn vị kế thừa.")
    en = Words("Unit not in force", "There is no unit {caller} on {day}.", "Get a token for its successor.")


class EnforcementExcluded(Refusal):
    """A token for the referrals service names an enforcement body (design promise: the referrals firewall)."""

    code = "enforcement_excluded"
    status = 403
    vi = Words(
        "Cơ quan thực thi không được truy cập",
        "{unit} là cơ quan điều tra, kiểm tra hoặc xử lý: không được dùng quyền `referrals:*`.",
        "Xin mã cho cơ quan hỗ trợ.",
    )
    en = Words(
        "Enforcement is kept out",
        "{unit} detects, inspects, prosecutes or punishes: it may not hold a `referrals:*` scope.",
        "Get a token for a body that supports.",
    )


@dataclass(slots=True)
class Actor:
    """A caller at work: its unit, the tree, and the day of the act."""

    client: str
    code: str
    """Code of the unit in the caller's token."""
    tree: UnitTree
    on: date
    has_checked: bool = field(default=False)
    """Whether any check was made: a route that declares a unit rule must make one."""

    def unit(self) -> UnitId:
        """Return the caller's unit.

        Raises:
            UnitNotInForce: It does not exist on the day of the act.
        """
        found = self.tree.find(self.code, self.on)
        if found is None:
            raise UnitNotInForce(caller=self.code, day=self.on.isoformat())
        return found.id

    def must_not_enforce(self) -> None:
        """Make sure that the caller is no enforcement body: nothing about who seeks support may reach one.

        Raises:
            EnforcementExcluded: It is one, or a part of one.
            UnitNotInForce: It does not exist on the day of the act, so nobody can tell.
        """
        if is_enforcement(self.tree, self.unit(), self.on):
            raise EnforcementExcluded(unit=self.code)

    def can_act_for(self, unit: UnitId) -> bool:
        """Tell whether a unit, or today's bearer of its duties, lies in the caller's subtree."""
        self.has_checked = True
        bearer = self.tree.bearer(unit, self.on)
        return bearer is not None and self.tree.is_within(bearer, self.unit(), self.on)

    def must_act_for(self, unit: UnitId) -> None:
        """Make sure of `can_act_for`.

        Raises:
            UnitOutside: The unit lies elsewhere.
        """
        if not self.can_act_for(unit):
            raise UnitOutside(unit=self.tree.get(unit).code, own=self.code, on=self.on.isoformat())
