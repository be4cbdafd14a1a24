"""The README's walk-through works, word for word."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from tests.journeys.product import ROOT, Running


def walk_through() -> str:
    """Return the shell lines between the headings “Walk-through” and “Commands”."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = readme.split("## Walk-through")[1].split("## Commands")[0]
    blocks = re.findall(r"```bash\n(.*?)```", section, flags=re.DOTALL)
    assert len(blocks) >= 6
    return "".join(blocks)


def test_walk_through_of_the_readme_works_word_for_word(product: Running, tmp_path: Path) -> None:
    script = tmp_path / "walk-through.sh"
    script.write_text("set -euo pipefail\n" + walk_through(), encoding="utf-8")

    # From the checkout, because the README names files and .venv there.
    done = subprocess.run(
        ["bash", script],
        check=False,
        cwd=ROOT,
        env=product.environment(),
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert '"slug":"lam-dong-2026"' in done.stdout
    assert '"state":"issued"' in done.stdout
    assert '"state":"submitted"' in done.stdout
    assert '"report_id"' in done.stdout
    assert "15 of 20" in done.stdout  # the explanation, in English
    assert "Tỷ lệ thôn, khu phố có tuyên truyền thường xuyên" in done.stdout
    assert "Cần đôn đốc" in done.stdout  # the table of who is late
