"""What a person may need."""

from __future__ import annotations

from enum import StrEnum


class NeedKind(StrEnum):
    """Kinds of needs. Values are sent and stored: never change one."""

    HEALTH = "health"
    HIV_PREVENTION = "hiv_prevention"
    CONDOMS = "condoms"
    STI = "sti"
    ARV = "arv"
    METHADONE = "methadone"
    PSYCHOLOGICAL = "psychological"
    LEGAL = "legal"
    VOCATIONAL = "vocational"
    JOB = "job"
    LOAN = "loan"
    POVERTY_REDUCTION = "poverty_reduction"
    SEEDLINGS_AND_LIVESTOCK = "seedlings_and_livestock"
    TECHNICAL_ADVICE = "technical_advice"
    GENDER_BASED_VIOLENCE = "gender_based_violence"
    RETURN_OF_VICTIM = "return_of_victim"
    PEER_GROUP = "peer_group"
    OUTREACH = "outreach"


NAME_OF = {
    NeedKind.HEALTH: "Chăm sóc sức khỏe",
    NeedKind.HIV_PREVENTION: "Dự phòng HIV",
    NeedKind.CONDOMS: "Bao cao su",
    NeedKind.STI: "Khám, điều trị bệnh lây truyền qua đường tình dục",
    NeedKind.ARV: "Điều trị ARV",
    NeedKind.METHADONE: "Điều trị methadone",
    NeedKind.PSYCHOLOGICAL: "Hỗ trợ tâm lý",
    NeedKind.LEGAL: "Trợ giúp pháp lý",
    NeedKind.VOCATIONAL: "Học nghề",
    NeedKind.JOB: "Tạo việc làm",
    NeedKind.LOAN: "Vay vốn",
    NeedKind.POVERTY_REDUCTION: "Giảm nghèo",
    NeedKind.SEEDLINGS_AND_LIVESTOCK: "Cây giống, con giống",
    NeedKind.TECHNICAL_ADVICE: "Hướng dẫn kỹ thuật sản xuất",
    NeedKind.GENDER_BASED_VIOLENCE: "Hỗ trợ nạn nhân bạo lực giới",
    NeedKind.RETURN_OF_VICTIM: "Hỗ trợ nạn nhân mua bán người trở về",
    NeedKind.PEER_GROUP: "Nhóm đồng đẳng",
    NeedKind.OUTREACH: "Tiếp cận, tư vấn",
}
"""What users read."""
