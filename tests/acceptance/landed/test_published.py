"""Published sums of import charges, through the rule book of the package."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from benchmarks.landed_cases import run
from tests.shared_data import needs_shared_data, shared_path

TABLES = [Path(__file__).parent / name for name in ("published.toml", "published_more.toml")]
CASES: list[dict[str, Any]] = [
    case for table in TABLES for case in tomllib.loads(table.read_text(encoding="utf-8"))["case"]
]


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["id"])
def test_published_sum(case: dict[str, Any]) -> None:
    """Every figure that the source prints comes out of the rules of its day."""
    verdict, seen = run({k: v for k, v in case.items() if k != "address"})
    assert verdict == "exact", seen


def test_every_case_names_its_page() -> None:
    """None is from memory."""
    assert len(CASES) == len({c["id"] for c in CASES}) >= 60
    assert all(c["address"].startswith("http") for c in CASES)


@needs_shared_data
def test_shared_cases() -> None:
    """The project's own fourteen cases reproduce exactly."""
    cases = json.loads(shared_path("tariff/landed_cases.json").read_text(encoding="utf-8"))["cases"]
    assert {c["id"]: run(c)[0] for c in cases} == {c["id"]: "exact" for c in cases}
