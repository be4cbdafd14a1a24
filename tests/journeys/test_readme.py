"""The README's walk-through works, word for word."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.journeys.product import ROOT, Product


def walk_through() -> str:
    """Return the shell lines between the headings “Walk-through” and “Commands”."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = readme.split("## Walk-through")[1].split("## Commands")[0]
    blocks = re.findall(r"```bash\n(.*?)```", section, flags=re.DOTALL)
    assert len(blocks) >= 6
    return "".join(blocks)


@pytest.mark.parametrize("shape", ["product", "cluster"])
def test_walk_through_of_the_readme_works_word_for_word(
    shape: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    running: Product = request.getfixturevalue(shape)
    script = tmp_path / "walk-through.sh"
    script.write_text("set -euo pipefail\n" + walk_through(), encoding="utf-8")

    # From the checkout, because the README names files and .venv there.
    done = subprocess.run(
        ["bash", script],
        check=False,
        cwd=ROOT,
        env=running.environment(),
        capture_output=True,
        text=True,
        timeout=300,
    )

    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    for said in (
        '"slug":"lam-dong-2026"',
        '"state":"issued"',
        '"state":"submitted"',
        '"report_id"',
        '"number":"TB-68-',
        '"state":"closed"',
        '"state":"completed"',
        '"suppressed":true',
        '"verdict":"suppressed"',
        "15 of 20",  # the explanation, in English
        "Tỷ lệ thôn, khu phố có tuyên truyền thường xuyên",
        "Cần đôn đốc",  # the table of who is late
    ):
        assert said in done.stdout
    assert "Chị Hoa" not in done.stdout
