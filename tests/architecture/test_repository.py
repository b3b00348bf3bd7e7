"""What is committed can be installed and read anywhere: no machine's paths, no index's address, nothing unpinned."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = [ROOT / "requirements" / "run.lock", ROOT / "requirements" / "dev.lock"]
REQUIREMENT = re.compile(r"^[a-z0-9][a-z0-9._-]*(\[[a-z0-9,_-]+\])?==\S+", re.IGNORECASE)
MACHINE_PATH = re.compile(r"(?<![\w.~-])/(work|root|home/\w+|opt/pypi)/")


def tracked_text_files() -> list[Path]:
    """Files under version control that we write ourselves, vendored files left out."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    paths = [ROOT / name for name in names.split("\0") if name and "/vendor/" not in name]
    return [path for path in paths if path.is_file() and b"\0" not in path.read_bytes()[:4096]]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_locks_pin_every_package_with_hashes_and_name_no_address(lock: Path) -> None:
    """Each requirement is pinned and hashed; where packages come from is left to whoever installs."""
    text = lock.read_text(encoding="utf-8")
    entries = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert entries
    assert [line for line in entries if not REQUIREMENT.match(line)] == []
    assert text.count("\n    --hash=sha256:") >= len(entries)
    assert re.findall(r"https?://|file:|--index|--find-links|@ ", text) == []


def test_the_run_lock_is_part_of_the_development_lock() -> None:
    """Tests run with the versions that sellers get."""
    run, dev = ({line for line in lock.read_text().splitlines() if "==" in line} for lock in LOCKS)
    assert run <= dev


def test_every_declared_dependency_is_locked() -> None:
    """pyproject.toml and the locks have not drifted apart: `make lock` was called after the last change."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    declared = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    names = {re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0].lower().replace("_", "-") for requirement in declared}
    locked = {re.split(r"[\[=]", line)[0].lower() for line in LOCKS[1].read_text().splitlines() if "==" in line}
    assert names - locked == set()


def test_no_committed_file_names_a_place_on_one_machine() -> None:
    """Paths of the machine that something was written on do not reach the repository."""
    here = Path(__file__)
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in tracked_text_files()
        if path != here
        for match in MACHINE_PATH.finditer(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert found == []
