"""The table of settings says what the classes say."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, SecretStr
from pydantic_settings import BaseSettings

from tools.config_docs import Setting, settings, undocumented


class Pier(BaseModel):
    """A group of settings."""

    length_m: int
    """Metres from the shore."""


class HarbourConfig(BaseSettings):
    """Settings of a harbour."""

    tide: Literal["low", "high"] = "low"
    """When ships may
    enter."""
    berths: int = Field(default=3, gt=0)
    lit: bool = True
    bells: tuple[int, ...] = (6, 18)
    gate_code: SecretStr = SecretStr("")
    pier: Pier | None = None


class DeepHarbourConfig(HarbourConfig):
    """Another default, and the meaning of the setting that it extends."""

    berths: int = Field(default=9, gt=0)


def test_each_setting_has_its_full_name_type_default_and_meaning() -> None:
    assert list(settings(HarbourConfig, "HARBOUR_")) == [
        Setting("HARBOUR_TIDE", "`low`, `high`", "`low`", "When ships may enter."),
        Setting("HARBOUR_BERTHS", "integer, > 0", "`3`", ""),
        Setting("HARBOUR_LIT", "`true`, `false`", "`true`", ""),
        Setting("HARBOUR_BELLS", "JSON list", "`[6, 18]`", ""),
        Setting("HARBOUR_GATE_CODE", "secret", "", ""),
        Setting("HARBOUR_PIER__LENGTH_M", "integer", "required", "Metres from the shore."),
    ]


def test_meaning_is_inherited_with_the_setting() -> None:
    tide, berths, *_ = settings(DeepHarbourConfig, "")

    assert tide.meaning == "When ships may enter."
    assert berths.default == "`9`"


def test_variable_that_the_command_line_reads_unexplained_is_found(tmp_path: Path) -> None:
    (tmp_path / "harbour.py").write_text('import os\nos.environ.get("LANHMANH_HARBOUR")\nos.environ["LANHMANH_PORT"]\n')

    assert undocumented(tmp_path) == {"LANHMANH_HARBOUR"}
