"""Files from outside are the ones that were pinned."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from entrepot.faces.web import tables

VENDOR = Path(tables.__file__).parent / "static" / "web" / "vendor"


def test_every_vendored_file_is_the_pinned_one_with_its_licence() -> None:
    """Digests as noted, a licence beside each, and nothing that is not noted."""
    text = (VENDOR / "VENDORED.md").read_text("utf-8")
    noted: dict[str, str] = {}
    for path, published, here in re.findall(r"→ `([^`]+)` \| (\w{64}) \| (\w{64}|the same) \|", text):
        noted[path] = published if here == "the same" else here
    found = {str(p.relative_to(VENDOR)) for p in VENDOR.rglob("*") if p.suffix in {".js", ".css"}}
    assert found == set(noted)
    for path, digest in noted.items():
        assert hashlib.sha256((VENDOR / path).read_bytes()).hexdigest() == digest
        assert (VENDOR / path).with_name("LICENSE").exists()


def test_pages_load_nothing_from_elsewhere() -> None:
    """No address of another host in templates, scripts or our style sheet."""
    own = [*VENDOR.parents[2].rglob("*.html"), *VENDOR.parent.glob("*.js"), *VENDOR.parent.glob("*.css")]
    assert len(own) > 20
    for path in own:
        assert not re.search(r"(src|href)=\"https?://|url\(['\"]?https?://|import .*https?://", path.read_text("utf-8"))
