"""Two bots never work on one SQLite file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.support.town import running


def test_a_second_bot_on_the_same_file_says_why_and_ends(tmp_path: Path) -> None:
    with running(tmp_path) as town:
        second = subprocess.run(
            [sys.executable, "-m", "bot", "run"], cwd=tmp_path, env=town._environment(),
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert second.returncode == 2, second.stderr
        assert "Another bot is running on this database" in second.stderr
        assert "Traceback" not in second.stderr
        assert town.types("dana", "help")["shown"]
