"""The last line of `make test` tells the truth about every part."""

from pathlib import Path

import pytest

from tools.closing_line import main, totals

REPORT = (
    '<testsuites><testsuite tests="{tests}" failures="{failures}" errors="{errors}" skipped="{skipped}"/></testsuites>'
)


def report(folder: Path, name: str, tests: int, failures: int = 0, errors: int = 0, skipped: int = 0) -> str:
    """Write a report as pytest does and return its path."""
    path = folder / name
    path.write_text(REPORT.format(tests=tests, failures=failures, errors=errors, skipped=skipped))
    return str(path)


def test_parts_are_added_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two green parts give one green line."""
    assert main([report(tmp_path, "a.xml", 7), report(tmp_path, "b.xml", 3, skipped=1)]) == 0
    assert capsys.readouterr().out == "9 passed, 0 failed, 1 skipped\n"


def test_an_error_is_a_failure(tmp_path: Path) -> None:
    """A test whose set-up broke counts as failed."""
    assert totals(Path(report(tmp_path, "a.xml", 5, failures=1, errors=2))) == (2, 3, 0)


def test_a_part_that_never_reported_is_a_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A part that crashed before its report does not pass in silence."""
    assert main([report(tmp_path, "a.xml", 7), str(tmp_path / "missing.xml")]) == 1
    assert capsys.readouterr().out == "7 passed, 1 failed, 0 skipped\n"


def test_a_run_of_nothing_is_not_green(tmp_path: Path) -> None:
    """No test at all is not success."""
    assert main([report(tmp_path, "a.xml", 0)]) == 1
