"""Machine code is kept between runs, but never beyond the sources that it was made from."""

from __future__ import annotations

from pathlib import Path

from entrepot.engines.compiled import drop_stale_machine_code


def test_machine_code_goes_when_any_source_changes(tmp_path: Path) -> None:
    """Kept while the sources stand still; dropped when one of them changes, also when it is another file's code."""
    (tmp_path / "share.py").write_text("a = 1")
    (tmp_path / "fold.py").write_text("b = 1")
    drop_stale_machine_code(tmp_path)
    code = tmp_path / "__pycache__" / "fold.kernel.nbc"
    code.write_bytes(b"machine code")
    drop_stale_machine_code(tmp_path)
    assert code.exists()
    (tmp_path / "share.py").write_text("a = 2; c = 3")
    drop_stale_machine_code(tmp_path)
    assert not code.exists()
