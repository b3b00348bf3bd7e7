"""The sample's files: they come back through the import room as what they were, with exactly the planted faults."""

import json
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from entrepot.channels.files.opening import open_file
from entrepot.channels.files.parsed import ParsedFile
from entrepot.sample.faults import UNKNOWN_SKU
from entrepot.sample.writing import SampleManifest, write_sample
from tests.sample.replay import Replay

ARGUMENTS: dict[str, Any] = {"until": date(2026, 4, 30), "months": 8, "skus": 60}


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> SampleManifest:
    return write_sample(tmp_path_factory.mktemp("sample"), **ARGUMENTS)


@pytest.fixture(scope="module")
def opened(manifest: SampleManifest) -> list[tuple[ParsedFile, list[Any]]]:
    result: list[tuple[ParsedFile, list[Any]]] = []
    for file in manifest.files:
        parsed = open_file(file.path, bounded=False, **file.options)
        assert not parsed.questions, (file.path.name, parsed.questions)
        result.append((parsed, [s.document for s in parsed.documents()]))
    return result


def test_every_file_is_recognised(manifest: SampleManifest, opened: list[tuple[ParsedFile, list[Any]]]) -> None:
    """Each file is told by its headings alone, and every row becomes a document, a refusal or is put aside."""
    for file, (parsed, documents) in zip(manifest.files, opened, strict=True):
        assert parsed.layout is not None
        assert parsed.layout.code == file.layout, file.path.name
        assert documents
        assert parsed.rows_in_documents + len(parsed.rejected) + sum(parsed.aside.values()) == parsed.rows


def test_exactly_the_planted_rows_are_refused(
    manifest: SampleManifest, opened: list[tuple[ParsedFile, list[Any]]]
) -> None:
    """No more and no fewer rejects than planted; unknown SKUs pass here and are counted."""
    for file, (parsed, documents) in zip(manifest.files, opened, strict=True):
        assert len(parsed.rejected) == file.planted.rejected, (file.path.name, [r.problem for r in parsed.rejected])
        known = {d.id for _, docs in opened for d in docs if d.type in ("item", "bundle")}
        strange = sum(line.sku not in known for d in documents for line in getattr(d, "lines", []) if _has_sku(line))
        assert strange == file.planted.unknown_sku, file.path.name
    assert sum(f.planted.rejected for f in manifest.files) > 10
    assert any(UNKNOWN_SKU in f.path.read_text("utf-8", "replace") for f in manifest.files)


def _has_sku(line: Any) -> bool:
    return bool(getattr(line, "sku", ""))


def test_files_show_the_ways_of_the_world(manifest: SampleManifest, opened: list[tuple[ParsedFile, list[Any]]]) -> None:
    """Among them: a decimal comma, windows-1252, tabs, Chinese headings, workbooks."""
    parsed = [p for p, _ in opened]
    assert "comma" in {p.number_style for p in parsed}
    assert "windows-1252" in {p.encoding for p in parsed}
    assert {"\t", ";", ","} <= {p.delimiter for p in parsed}
    assert any("供应商" in p.headings for p in parsed)
    assert {f.path.suffix for f in manifest.files} == {".csv", ".txt", ".xlsx"}


def test_documents_of_the_files_are_those_of_the_world(
    manifest: SampleManifest, opened: list[tuple[ParsedFile, list[Any]]]
) -> None:
    """Replaying what the files say gives the stock that the truth keeps; only planted sales run ahead of stock."""
    documents = _posted(manifest, opened)
    places = {d.id: d.location for d in documents if d.type == "shop"}
    bundles = {d.id: [(p.sku, p.quantity) for p in d.parts] for d in documents if d.type == "bundle"}
    replay = Replay(places, bundles)
    replay.run(documents)
    expected = {
        (r["company"], r["location"], r["condition"], r["sku"]): r["units"]
        for r in pl.read_parquet(manifest.truth / "stock.parquet").to_dicts()
    }
    assert {cell: n for cell, n in replay.units.items() if n} == expected
    truth = json.loads((manifest.truth / "truth.json").read_text("utf-8"))
    ahead: dict[str, int] = defaultdict(int)
    for row in truth["planted"].get("sold_ahead_of_receipt", []):
        ahead[row["sku"]] = max(ahead[row["sku"]], row["units"])
    below = {cell[3]: -n for cell, n in replay.lowest.items() if n < 0}
    assert below == dict(ahead)


def _posted(manifest: SampleManifest, opened: list[tuple[ParsedFile, list[Any]]]) -> list[Any]:
    """Documents that books would post: without repeats, unknown SKUs, and returns of orders nobody knows."""
    found: dict[tuple[str, ...], Any] = {}
    for _, documents in opened:
        for d in documents:
            found.setdefault(d.key, d)
    orders = {d.id for d in found.values() if d.type == "sales_order"}
    return [
        d
        for d in found.values()
        if not any(getattr(line, "sku", "") in (UNKNOWN_SKU, "POSTAGE") for line in getattr(d, "lines", []))
        and not (d.type == "return" and d.order is not None and d.order.id not in orders)
    ]


def test_a_second_writing_is_the_same(manifest: SampleManifest, tmp_path: Path) -> None:
    """The same arguments write the same bytes (workbooks: the same rows)."""
    again = write_sample(tmp_path, **ARGUMENTS)
    assert [f.path.name for f in again.files] == [f.path.name for f in manifest.files]
    for one, other in zip(again.files, manifest.files, strict=True):
        if one.path.suffix != ".xlsx":
            assert one.path.read_bytes() == other.path.read_bytes(), one.path.name


def test_repeats_are_marked(manifest: SampleManifest, opened: list[tuple[ParsedFile, list[Any]]]) -> None:
    """What is marked as bringing nothing new holds only documents that earlier files held word for word."""
    seen: dict[tuple[str, ...], Any] = {}
    repeats = 0
    for file, (_, documents) in zip(manifest.files, opened, strict=True):
        for d in documents:
            if file.repeats:
                assert seen[d.key] == d
                repeats += 1
            else:
                assert d.key not in seen, (file.path.name, d.key)
                seen[d.key] = d
    assert repeats > 100


def test_equal_lines_are_both_true(opened: list[tuple[ParsedFile, list[Any]]]) -> None:
    """The UK marketplace's file holds orders with two identical lines."""
    twice = [
        d
        for parsed, documents in opened
        if parsed.layout is not None and parsed.layout.code == "order_lines"
        for d in documents
        if d.type == "sales_order" and len({(line.sku, line.amount) for line in d.lines}) < len(d.lines)
    ]
    assert twice


def test_january_is_closed_before_its_late_facts(
    manifest: SampleManifest, opened: list[tuple[ParsedFile, list[Any]]]
) -> None:
    """Nothing later than January stands before the closing; after it come bills and a loss that belong before."""
    place = next(i for i, f in enumerate(manifest.files) if f.layout == "period_close")
    end = date(2026, 1, 31)
    before = [d for _, docs in opened[:place] for d in docs]
    assert max(d.effective_at.date() for d in before if d.type != "period_close") <= end
    late = [d for _, docs in opened[place + 1 :] for d in docs if d.effective_at.date() <= end]
    assert {"cost_bill", "stock_use"} <= {d.type for d in late}


def test_settlements_and_orders_tell_the_same_story(
    manifest: SampleManifest, opened: list[tuple[ParsedFile, list[Any]]]
) -> None:
    """The parts of each settlement add up to its total, or it would have been refused; their fees name known orders."""
    settlements = [docs for f, (_, docs) in zip(manifest.files, opened, strict=True) if f.layout == "amazon_settlement"]
    assert len(settlements) >= 5
    orders = {d.id for _, docs in opened for d in docs if d.type == "sales_order"}
    named = {line.order.id for docs in settlements for d in docs if d.type == "fee_charge" for line in d.lines
             if line.order is not None}  # fmt: skip
    assert named
    assert named <= orders


def test_the_manifest_is_written_down(manifest: SampleManifest) -> None:
    """``manifest.json`` lists the files in import order with what must be said beside each."""
    listing = json.loads((manifest.folder / "manifest.json").read_text("utf-8"))
    assert [f["file"] for f in listing["files"]] == [f.path.name for f in manifest.files]
    assert listing["until"] == "2026-04-30"
    assert sorted(p.name for p in manifest.folder.iterdir() if p.is_file() and p.name != "manifest.json") == sorted(
        f.path.name for f in manifest.files
    )


def test_truth_of_demand(manifest: SampleManifest) -> None:
    """The kept demand says what was wanted, sold and lost; lost sales exist."""
    demand = pl.read_parquet(manifest.truth / "demand.parquet")
    assert (demand["wanted"] - demand["sold"] == demand["lost"]).all()
    assert demand["lost"].sum() > 0
    assert set(demand["channel"].unique()) == {"AMZ-US", "SHOP-DE", "MKT-UK"}
