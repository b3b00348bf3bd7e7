"""An upload on its way: kept, tried in the worker, shown, confirmed, posted in the worker, undone.

Pages and the API share this. An upload is known by the job that tries it (``7``); what came in by other doors by its
batch (``batch-3``). Nothing is read inside a request but the bytes themselves.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from entrepot.books import audit_trail
from entrepot.books.access import Viewer
from entrepot.books.models import Batch, Job, Shop
from entrepot.books.selectors import NotThere, imports, jobs, naming
from entrepot.books.selectors.health_shapes import (
    ImportOptions,
    ImportPage,
    ImportRow,
    Preview,
    QuarantineRow,
    Question,
)
from entrepot.books.selectors.paging import moment
from entrepot.books.selectors.shapes import Choice, Money, Slice
from entrepot.core.errors import Problem, ProblemError
from entrepot.core.money import CURRENCIES
from entrepot.faces import worker
from entrepot.workflows.clock import now

LARGEST = 200 * 1024 * 1024
SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".parquet")
COMMON_CURRENCIES = ("USD", "CNY", "EUR", "GBP", "JPY", "CAD", "AUD", "MXN", "HKD")
COMMON_ZONES = (
    "Asia/Shanghai", "Asia/Hong_Kong", "America/Los_Angeles", "America/New_York", "Europe/Berlin", "Europe/London",
    "Europe/Paris", "Asia/Tokyo", "UTC",
)  # fmt: skip
OPTIONS = {
    "channel": "shop", "shop": "shop", "currency": "currency", "zone": "zone", "company": "company",
    "location": "location", "layout": "layout", "new_items": "new_items", "number_style": "number_style",
    "date_order": "date_order", "encoding": "encoding", "delimiter": "delimiter", "site": "site",
}  # fmt: skip
"""What a form or a call may say about a file, and the import's own word for it."""


def start_import(viewer: Viewer, name: str, chunks: Iterable[bytes], options: dict[str, str]) -> str:
    """Keep an upload and try it in the worker; its id. Raises ``ProblemError`` when too large or not a table."""
    viewer.need("import")
    chosen = {OPTIONS[key]: value.strip() for key, value in options.items() if key in OPTIONS and value.strip()}
    _within_scope(viewer, chosen)
    suffix = Path(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise ProblemError(
            Problem(
                "file_type", "this kind of file cannot be imported", f"choose one of {', '.join(SUFFIXES)}",
                document=name, found=suffix,
            )
        )  # fmt: skip
    kept = f"{secrets.token_hex(16)}{suffix}"
    _keep(_folder() / kept, name, chunks)
    if viewer.company.code:
        chosen.setdefault("company", viewer.company.code)
    arguments = {"file": kept, "name": Path(name).name[:200], "options": chosen, "actor": viewer.name}
    return str(worker.start("import_check", arguments, viewer.name).pk)


def confirm_import(viewer: Viewer, key: str) -> Job:
    """Post a checked upload, in the worker. Raises ``ProblemError`` unless it was checked and not posted yet."""
    viewer.need("import")
    checked = jobs.find(viewer, key)
    before = _posting(checked)
    if (
        checked.kind != "import_check"
        or "questions" in (checked.result or {})
        or checked.state != "done"
        or (before and before.state in ("queued", "running", "done"))
    ):
        raise ProblemError(
            Problem("not_checked", "this upload cannot be posted now", "upload the file again", found=checked.state)
        )
    arguments = {**checked.arguments, "check": checked.pk, "actor": viewer.name}
    audit_trail.record(
        viewer.name, "", "import.confirm", f"job:{checked.pk}", after={"file": arguments["name"]}, at=now()
    )
    return worker.start("import", arguments, viewer.name)


def answer_import(viewer: Viewer, key: str, answers: dict[str, str]) -> str:
    """Try an upload again with the answers to its questions; the id of the new try. Raises ``ProblemError``."""
    viewer.need("import")
    asked = jobs.find(viewer, key)
    names = {question["name"] for question in (asked.result or {}).get("questions", [])}
    said = {name: text.strip() for name, text in answers.items() if name in names and text.strip()}
    if asked.kind != "import_check" or not said:
        raise ProblemError(
            Problem("question_open", "a question about the file is still open", "answer it", found=", ".join(names))
        )
    options = {**asked.arguments["options"], **{k: v for k, v in said.items() if not k.startswith("column:")}}
    columns = {name.removeprefix("column:"): text for name, text in said.items() if name.startswith("column:")}
    if columns:
        before = options.pop("mapping", {})
        layout = before.get("layout") or options.get("layout") or (asked.result or {}).get("layout", "")
        options["mapping"] = {"layout": layout, "columns": {**before.get("columns", {}), **columns}}
    _within_scope(viewer, options)
    arguments = {**asked.arguments, "options": options, "actor": viewer.name}
    return str(worker.start("import_check", arguments, viewer.name).pk)


def undo_import(viewer: Viewer, key: str) -> Job:
    """Undo a whole import as one reversing batch, in the worker."""
    viewer.need("undo")
    row = _outcome(viewer, key)
    if row is None or row.batch is None or not row.undoable:
        raise ProblemError(
            Problem("nothing_to_undo", "there is nothing to undo here", "look at the list of imports", found=key)
        )
    audit_trail.record(viewer.name, "", "import.undo", f"batch:{row.batch}", at=now())
    return worker.start("undo_import", {"batch": row.batch, "name": row.file, "actor": viewer.name}, viewer.name)


def import_page(viewer: Viewer, key: str) -> ImportPage:
    """One import on its way or done. Raises :class:`NotThere`."""
    if not key.isdigit():
        row = imports.one(viewer, key)
        undoing = Job.objects.filter(
            kind="undo_import", arguments__batch=row.batch, state__in=("queued", "running")
        ).first()
        shown = jobs.shape(viewer, undoing) if undoing else None
        return ImportPage(key, row.file, "posting" if shown else row.state, shown, None, row)
    checked = jobs.find(viewer, key)
    if checked.kind != "import_check":
        raise NotThere(f"import {key}")
    posting = _posting(checked)
    job = jobs.shape(viewer, posting or checked)
    outcome = _outcome(viewer, key)
    return ImportPage(
        id=key,
        file=str(checked.arguments.get("name", "")),
        phase=_phase(checked, posting, outcome),
        job=job,
        preview=_preview(viewer, checked.result) if "lines" in (checked.result or {}) and not posting else None,
        outcome=outcome,
        questions=[Question(**question) for question in (checked.result or {}).get("questions", [])],
    )


def import_options(viewer: Viewer) -> ImportOptions:
    """What the upload form offers. Five queries."""
    from entrepot.workflows.templates import document_types

    shops = viewer.of_company(Shop.objects.order_by("code"))
    if viewer.shops is not None:
        shops = shops.filter(pk__in=viewer.shops)
    used = [viewer.company.currency, *shops.values_list("currency", flat=True)]
    zones = [viewer.company.zone, *shops.values_list("zone", flat=True), *COMMON_ZONES]
    return ImportOptions(
        channels=[Choice(code, name or code) for code, name in shops.values_list("code", "name")],
        currencies=list(dict.fromkeys([*used, *COMMON_CURRENCIES, *sorted(CURRENCIES)])),
        zones=list(dict.fromkeys(zones)),
        templates=[Choice(kind, kind.replace("_", " ")) for kind in document_types()],
        recent=imports.imports(viewer, Slice("at", descending=True, limit=10)).rows,
        suffixes=SUFFIXES,
        locations=[Choice(code, name) for code, name in sorted(naming.places(viewer.locations).items())],
    )


def template(kind: str, language: str) -> tuple[str, bytes]:
    """File name and bytes of the Excel template of a document type, ``en`` or ``zh``. Raises :class:`NotThere`."""
    from entrepot.workflows import templates

    try:
        return f"entrepot-{kind}-{language}.xlsx", templates.template(kind, language)
    except LookupError as error:
        raise NotThere(str(error)) from None


def summary(done: Any) -> dict[str, Any]:
    """What an import did or would do, or the questions that stand open, as a job keeps it."""
    if done.questions:
        return {"questions": [_question(question) for question in done.questions], "layout": done.layout}
    report = done.report
    return {
        "batch": report.batch,
        "layout": done.layout,
        "rows": done.rows,
        "lines": report.lines,
        "posted": report.posted_lines,
        "known": report.repeated_lines,
        "quarantined": report.quarantined_lines,
        "documents": dict(report.counts_by_type),
        "codes": dict(report.counts_by_code),
        "totals": dict(report.totals),
        "aside": dict(done.aside),
        "assumed": list(done.assumed),
        "problems": [_problem(problem) for problem in report.problems[:50]],
        "warnings": [_problem(problem) for problem in done.warnings[:20]],
    }


def options_of(options: dict[str, Any]) -> Any:
    """The options of a job as the import takes them."""
    from entrepot.workflows.import_files import ImportOptions, Mapping
    from entrepot.workflows.templates import upload_bounds

    said = dict(options)
    if "mapping" in said:
        said["mapping"] = Mapping(**said["mapping"])
    if "as_of" in said:
        moment = datetime.fromisoformat(said["as_of"])
        said["as_of"] = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return ImportOptions(**said, limits=upload_bounds(LARGEST))


def path_of(arguments: dict[str, Any]) -> Path:
    """Where the upload lies."""
    return _folder() / Path(str(arguments["file"])).name


def keep(kept: str, name: str, chunks: Iterable[bytes]) -> None:
    """Write an upload under ``kept`` in the folder of uploads. Raises ``ProblemError``: empty or too large."""
    _keep(_folder() / kept, name, chunks)


def _keep(path: Path, name: str, chunks: Iterable[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    size = 0
    with path.open("wb") as file:
        for chunk in chunks:
            size += len(chunk)
            if size > LARGEST:
                break
            file.write(chunk)
    if size > LARGEST or size == 0:
        with suppress(OSError):
            path.unlink()
        what = (
            ("the file is larger than 200 MB", "split it by month")
            if size
            else ("the file is empty", "export it again")
        )
        raise ProblemError(Problem("file_too_large" if size else "file_empty", *what, document=name))


def _within_scope(viewer: Viewer, chosen: dict[str, str]) -> None:
    """A file can touch every place and shop, so a confined user imports only for a shop of his own."""
    allowed = viewer.locations is None
    if viewer.shops is not None:
        allowed = allowed and Shop.objects.filter(pk__in=viewer.shops, code=chosen.get("shop", "")).exists()
    if viewer.companies is not None:
        allowed = allowed and chosen.get("company", viewer.company.code) in {c.code for c in viewer.offered}
    if not allowed:
        raise ProblemError(
            Problem(
                "not_allowed", "your account is confined to some shops or places", "choose one of your channels",
                field="channel", found=chosen.get("shop", ""),
            )
        )  # fmt: skip


def _posting(checked: Job) -> Job | None:
    return Job.objects.filter(kind="import", arguments__check=checked.pk).order_by("-pk").first()


def _outcome(viewer: Viewer, key: str) -> ImportRow | None:
    if not key.isdigit():
        return imports.one(viewer, key)
    posting = _posting(jobs.find(viewer, key))
    batch = (posting.result or {}).get("batch") if posting else None
    return imports.one(viewer, str(batch)) if batch and Batch.objects.filter(pk=batch).exists() else None


def _phase(checked: Job, posting: Job | None, outcome: ImportRow | None) -> str:
    if outcome is not None and outcome.state == "undone":
        return "undone"
    if posting is not None:
        return "posting" if posting.state in ("queued", "running") else str(posting.state)
    if "questions" in (checked.result or {}):
        return "asked"
    return {"queued": "checking", "running": "checking", "done": "checked"}.get(str(checked.state), str(checked.state))


def _preview(viewer: Viewer, result: dict[str, Any]) -> Preview:
    see = viewer.can("see_cost")
    totals: dict[str, int] = result["totals"]
    return Preview(
        layout=result["layout"],
        encoding="",
        lines=result["lines"],
        would_post=result["posted"],
        known=result["known"],
        quarantined=result["quarantined"],
        documents=result["documents"],
        amounts=[Money(amount, code) for code, amount in sorted(totals.items()) if code != "units"] if see else [],
        new_items=result["documents"].get("item", 0),
        problems=[_row(problem, see=see) for problem in (*result["problems"], *result["warnings"])],
        units=totals.get("units"),
    )


def _row(problem: dict[str, Any], *, see: bool) -> QuarantineRow:
    known = see and problem["amount"] is not None and problem["currency"]
    return QuarantineRow(
        id="",
        import_id="",
        document=problem["document"],
        line=problem["line"],
        field=problem["field"],
        found=problem["found"],
        code=problem["code"],
        message=problem["message"],
        remedy=problem["remedy"],
        amount=Money(problem["amount"], problem["currency"]) if known else None,
        units=problem["quantity"],
        since=moment(now()),
        parameters=problem["parameters"],
    )


def _problem(problem: Problem) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(problem)


def _question(question: Any) -> dict[str, Any]:
    name = f"column:{question.field}" if question.code == "column" else str(question.code)
    return {
        "name": name, "text": question.text, "choices": [str(choice) for choice in question.choices],
        "found": question.found,
    }  # fmt: skip


def _folder() -> Path:
    return Path(settings.HOME) / "uploads"
