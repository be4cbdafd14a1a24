"""The application of referrals."""

from __future__ import annotations

from fastapi import FastAPI

from runtime.http.app import create_app
from services.referrals.api import cases, consents, referral_steps, referrals, statistics, support_services
from services.referrals.wiring import Referrals

DESCRIPTION = """Hỗ trợ và chuyển gửi: hồ sơ, nhu cầu, sự đồng ý, dịch vụ, lượt chuyển gửi và số liệu công bố.

Cases of persons who seek support, referrals to those who give it, and protected statistics: the only thing that leaves.
No enforcement body is let in."""


def create(service: Referrals) -> FastAPI:
    """Return the application of a wired service."""
    rooms = [support_services, cases, consents, referrals, referral_steps, statistics]
    return create_app(
        service, [room.routes for room in rooms], title="Lành Mạnh: hỗ trợ và chuyển gửi", description=DESCRIPTION
    )
