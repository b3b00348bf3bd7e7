"""The house's rules hold in the code: floors, names, lazy imports, exact columns."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "entrepot"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager", "managers", "stuff"}
HEAVY = {"django", "numba", "numpy", "polars", "pydantic", "cryptography", "ninja", "granian", "xlsxwriter"}


def test_import_contracts_are_kept() -> None:
    """No room imports from a floor above or from a sibling: the contracts in pyproject.toml hold."""
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_file_names_say_what_is_inside() -> None:
    """No file is called after nothing in particular."""
    assert [str(path.relative_to(ROOT)) for path in MODULES if path.stem in EMPTY_NAMES] == []


def test_each_module_states_its_subject() -> None:
    """Every module opens with a docstring, so that a reader knows why it is there."""
    silent = [path for path in MODULES if path.stat().st_size and not ast.get_docstring(_tree(path))]
    assert [str(path.relative_to(ROOT)) for path in silent] == []


def test_stored_facts_have_no_inexact_columns() -> None:
    """The books store neither floats nor decimals, which SQLite keeps as binary floats."""
    inexact = {"FloatField", "DecimalField"}
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in (PACKAGE / "books").rglob("*.py")
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in inexact
    ]
    assert found == []


@pytest.mark.parametrize("statement", ["import entrepot", "import entrepot.faces.cli.main"])
def test_the_command_starts_without_heavy_libraries(statement: str) -> None:
    """Importing the package or its command loads nothing heavy, so that help and errors come at once."""
    code = f"{statement}\nimport sys\nprint(*sorted({HEAVY!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))
