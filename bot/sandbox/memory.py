"""Keep a pretend service's state between two starts of a demo."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any


def load(path: Path) -> Any:
    """Return the state that was kept in a file of ours, or `None` when there is none."""
    if not path.exists():
        return None
    with path.open("rb") as file:
        return pickle.load(file)


def save(path: Path, memory: Any) -> None:
    """Keep a state; a kill in the middle leaves the one before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as file:
        pickle.dump(memory, file)
    fresh.replace(path)
