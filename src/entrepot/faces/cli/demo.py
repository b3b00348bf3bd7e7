"""``entrepot demo``: a sample shop from its files to today's decisions, then the web app."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any

import typer

from entrepot.faces.cli import serving
from entrepot.faces.cli.figures import decisions
from entrepot.faces.cli.opening import open_books

if TYPE_CHECKING:
    from entrepot.workflows.demo import CameIn

OWNER = "demo"
"""Who signs in to look at the sample shop."""


def demo(
    serve: Annotated[bool, typer.Option(help="Serve the web app when all is done.")] = True,
    folder: Annotated[
        Path | None, typer.Option(help="Where the sample shop's files are written (default: in the home).")
    ] = None,
    port: serving.Port = 8000,
) -> None:
    """Write a sample shop's files, import them, value, forecast, propose, check; then serve."""
    if serve:
        serving.need_port("127.0.0.1", port)
    timer = Timer()
    with timer.of("set-up"):
        open_books()
    from entrepot.workflows.demo import refuse_other_books

    refuse_other_books()
    came = _import(_files(folder, timer), timer)
    _work_out(timer)
    _summary(came, timer)
    if serve:
        serving.first_sign_in(OWNER)
        serving.run("127.0.0.1", port)


@dataclass
class Timer:
    """Seconds by step, in the order of the steps."""

    begun: float = field(default_factory=monotonic)
    seconds: dict[str, float] = field(default_factory=dict[str, float])
    _step: str = ""
    _from: float = 0.0

    def of(self, step: str) -> Timer:
        """``with timer.of("import"): …`` adds the time of the block to that step, and says it where no bars are drawn."""
        from entrepot.faces.cli.printing import to_person

        if not to_person().is_terminal:
            to_person().print(f"{self.total:6.1f} s  {step}", markup=False)
        self._step = step
        return self

    def __enter__(self) -> None:
        self._from = monotonic()

    def __exit__(self, *_: object) -> None:
        self.seconds[self._step] = self.seconds.get(self._step, 0.0) + monotonic() - self._from

    @property
    def total(self) -> float:
        """Seconds since the beginning."""
        return monotonic() - self.begun


def _files(folder: Path | None, timer: Timer) -> list[Any]:
    """The sample shop's files, written now unless they lie there already."""
    from django.conf import settings

    from entrepot.faces.cli.bars import Bars
    from entrepot.workflows.demo import files_in, lay_rules

    place = folder or Path(settings.HOME) / "sample"
    with timer.of("sample files"):
        if not files_in(place):
            from entrepot.sample.writing import write_sample

            with Bars() as bars:
                write_sample(place, progress=bars)
        lay_rules(place, Path(settings.HOME))
    return files_in(place)


def _import(files: list[Any], timer: Timer) -> CameIn:
    from entrepot.faces.cli.bars import Bars
    from entrepot.workflows.demo import import_all

    with timer.of("import"), Bars() as stage:
        watch = _Files(stage, len(files))
        return import_all(files, told=lambda found, file: watch.next(), progress=watch)


class _Files:
    """One bar for all files: what it says is which file and which of its rows."""

    def __init__(self, bars: Any, total: int) -> None:
        self._bars, self._total, self._done = bars, total, 0

    def begin(self, label: str, total: int | None = None) -> None:
        self._bars.begin(f"file {self._done + 1} of {self._total}: {label}", total)

    def advance(self, steps: int = 1) -> None:
        self._bars.advance(steps)

    def next(self) -> None:
        self._done += 1


def _work_out(timer: Timer) -> None:
    from entrepot.faces.cli.bars import Bars
    from entrepot.faces.cli.figures import workflow
    from entrepot.workflows.revalue import revalue

    with timer.of("valuing"), Bars() as bars:
        done = revalue(progress=bars)
    for name in ("true_up", "opportunities", "forecast", "plan", "storage_figures", "scorecard"):
        work = workflow(name)
        if work is not None and (done.items or not _planned()):
            with timer.of(name), Bars() as bars:
                work(progress=bars)


def _planned() -> bool:
    from entrepot.workflows.summary import decided

    return bool(decided())


def _summary(came: CameIn, timer: Timer) -> None:
    from entrepot.faces.cli import checking
    from entrepot.faces.cli.printing import count, say, table

    with timer.of("check"):
        report, _ = checking.run()
    say("")
    if came.files:
        say(f"{count(came.files)} files, {count(came.rows)} rows: {count(came.posted)} lines posted, "
            f"{count(came.repeated)} known already")  # fmt: skip
        table("What came in", ("documents", ""), [(kind.replace("_", " "), count(n))
              for kind, n in came.documents.most_common()], right=(1,))  # fmt: skip
    if came.skipped:
        say(f"{count(came.skipped)} files were imported before")
    _money()
    table("Seconds", ("step", ""), [(step, f"{s:.1f}") for step, s in [*timer.seconds.items(), ("all", timer.total)]],
          right=(1,))  # fmt: skip
    say(f"check: {count(sum(report.counts.values()))} things examined, residue {count(report.residue)}")
    for residue in report.residues[:5]:
        say(f"  {residue}")


def _money() -> None:
    from entrepot.faces.cli.printing import amounts, count, money, table
    from entrepot.workflows import summary as found

    table(
        "Waits in quarantine", ("lines", "reason", "money at stake", "what to do"),
        [(count(w.lines), w.code.replace("_", " "), amounts(w.amounts), w.remedy) for w in found.waiting()], right=(0,),
    )  # fmt: skip
    table(
        "Stock and profit", ("company", "units", "stock value", "units without cost", "sold", "net sales", "profit"),
        [(c.code, count(c.units), money(c.stock_value, c.currency), count(c.without_cost), count(c.sales),
          money(c.net - c.refunded, c.currency), money(c.profit, c.currency)) for c in found.companies()],
        right=(1, 2, 3, 4, 5, 6),
    )  # fmt: skip
    table(
        "Known only after the closing", ("company", "month", "SKUs", "change of stock", "change of what left"),
        [(e.company, e.period, count(e.items), money(e.stock, e.currency), money(e.issues, e.currency))
         for e in found.late_effects()],
        right=(2, 3, 4),
    )  # fmt: skip
    decisions()
