"""The kit says twice what it runs on, for people in pyproject.toml and for ``models/check`` in locks/; both say the same."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

KIT = Path(__file__).parents[1]
PROJECT = tomllib.loads((KIT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]


def locked(name: str) -> set[str]:
    lines = (KIT / "locks" / f"{name}.txt").read_text().splitlines()
    return {line for line in lines if not line.startswith("#")}


@pytest.mark.parametrize(
    ("name", "wanted"), [("check", EXTRAS["check"] + EXTRAS["test"]), ("torch", PROJECT["dependencies"] + EXTRAS["test"])]
)
def test_a_lock_has_what_pyproject_asks_for(name, wanted):
    assert set(wanted) <= locked(name)


def test_what_both_locks_name_has_one_version():
    versions: dict[str, set[str]] = {}
    for line in locked("check") | locked("torch"):
        name, version = line.lower().replace("_", "-").split("==")
        versions.setdefault(name, set()).add(version)
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}
