"""Ten people at once: typing documents, importing files, deciding and reading pages, on a server of its own.

``python -m benchmarks.ten_users [--database …] [--minutes 10] [--users 10] [--home FOLDER]`` starts ``entrepot serve`` on small
books of its own (or on a copy of the books in FOLDER, moved to PostgreSQL where that is asked for), lets each user work over
HTTP, stops the server and counts in the database: {requests, errors, lost, doubled, residue, p95_ms, writes, conflicts}.
``errors`` are answers of 500 and more, answers that did not come, and tracebacks in the server's log; ``lost`` are
documents that the server said it had posted and that are not in the books, ``doubled`` those that are there twice.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from benchmarks.clerk import PASSWORD, Clerk, Tally
from benchmarks.database import arguments
from benchmarks.report import report

ROLES = ("owner", "finance", "operations", "operations", "warehouse", "operations", "finance", "operations", "warehouse",
         "operations")  # fmt: skip


def main() -> None:
    chosen = arguments(
        __doc__ or "", minutes={"type": float, "default": 10.0}, users={"type": int, "default": 10},
        home={"default": ""}, seed={"type": int, "default": 1},
    )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="entrepot-ten-") as folder:
        report(**run(Path(folder), chosen.database, chosen.minutes * 60, chosen.users, chosen.home, chosen.seed))


def run(folder: Path, database: str, seconds: float, users: int, home: str = "", seed: int = 1) -> dict[str, Any]:
    """Work for so many seconds in ``folder`` and count what came of it."""
    with _books(folder, database, home):
        names = _people(users)
        port = _free_port()
        log = folder / "server.log"
        with log.open("w") as written, _serving(port, written):
            tallies = _work(port, names, seconds, seed)
        return {"database": database, "users": users, "seconds": round(seconds), **_counted(tallies, log)}


@contextmanager
def _books(folder: Path, database: str, home: str) -> Iterator[None]:
    """Django on books to work in: the environment names them, so that the server finds the same."""
    place = folder / "home"
    os.environ |= {"ENTREPOT_HOME": str(place), "DJANGO_SETTINGS_MODULE": "entrepot.settings"}
    os.environ.pop("DATABASE_URL", None)
    with ExitStack() as held:
        if home:
            shutil.copytree(home, place)
        if database == "postgresql":
            from tests.postgresql_server import postgresql_url

            url = held.enter_context(postgresql_url())
            if home:
                _entrepot("move", "--to", url)
            os.environ["DATABASE_URL"] = url
        place.mkdir(exist_ok=True)
        import django

        django.setup()
        from django.db import connections

        from entrepot.workflows.setup import prepare

        prepare()
        if not home:
            _small_books()
        connections.close_all()
        yield
        connections.close_all()


def _small_books() -> None:
    """A company, two places, a shop, forty items with stock."""
    from entrepot.books import intake
    from entrepot.core.documents import parse
    from entrepot.workflows.clock import now
    from entrepot.workflows.revalue import revalue

    def doc(kind: str, number: str, **fields: Any) -> Any:
        return parse({"type": kind, "id": number, "effective_at": "2026-01-02T12:00:00Z", **fields})

    skus = [f"SKU-{n:02}" for n in range(40)]
    lines = [{"sku": sku, "quantity": 10_000, "price": {"amount": 250 + n}} for n, sku in enumerate(skus)]
    papers = [
        doc("company", "US", name="US", currency="USD"), doc("location", "LA"), doc("location", "DE"),
        doc("shop", "WEB", company="US", currency="USD", location="LA"), doc("supplier", "ACME", name="Acme"),
        *(doc("item", sku, name=f"Lamp {sku}", name_zh="灯") for sku in skus),
        doc("receipt", "FIRST", location="LA", currency="USD", company="US", lines=lines),
    ]  # fmt: skip
    intake.post(papers, name="first", recorded_at=now())
    revalue()


def _people(users: int) -> list[tuple[str, str]]:
    """Name and role of everyone who works."""
    from entrepot.workflows import users as people

    named = [(f"user{n}", ROLES[n % len(ROLES)]) for n in range(users)]
    for name, role in named:
        people.add(name, PASSWORD, role, actor="benchmark")
    from django.db import connections

    connections.close_all()
    return named


@contextmanager
def _serving(port: int, log: Any) -> Iterator[None]:
    command = [sys.executable, "-m", "entrepot.faces.cli", "serve", "--port", str(port)]
    server = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=dict(os.environ))
    try:
        Clerk("nobody", "", port, Tally()).wait_until_served(server)
        yield
    finally:
        server.terminate()
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            server.kill()


def _work(port: int, names: list[tuple[str, str]], seconds: float, seed: int) -> list[Tally]:
    until = time.monotonic() + seconds
    tallies = [Tally() for _ in names]
    places = _choices()
    clerks = [
        threading.Thread(
            target=Clerk(name, role, port, tally).work,
            args=(until, random.Random(seed * 1000 + n), places),
        )
        for n, ((name, role), tally) in enumerate(zip(names, tallies, strict=True))
    ]
    for clerk in clerks:
        clerk.start()
    for clerk in clerks:
        clerk.join()
    return tallies


def _choices() -> dict[str, list[str]]:
    """Codes that clerks type."""
    from django.db import connections

    from entrepot.books import models

    found = {
        "sku": list(models.Item.objects.order_by("sku").values_list("sku", flat=True)[:40]),
        "place": list(models.Location.objects.order_by("pk").values_list("code", flat=True)),
        "company": list(models.Company.objects.order_by("code").values_list("code", flat=True)),
        "currency": list(models.Company.objects.order_by("code").values_list("currency", flat=True)),
    }
    connections.close_all()
    return found


def _counted(tallies: list[Tally], log: Path) -> dict[str, Any]:
    """What the users were told beside what the books hold."""
    from django.db.models import Count, Q

    from entrepot.books import models
    from entrepot.workflows.checking import check

    told = [number for tally in tallies for number in tally.posted]
    live = Q(reversed__isnull=True)
    held = models.Document.objects.filter(live, type="receipt", external_id__in=told).values("external_id")
    times = dict(held.annotate(n=Count("pk")).values_list("external_id", "n"))
    took = sorted(second for tally in tallies for second in tally.pages)
    tracebacks = log.read_text(errors="replace").count("Traceback (most recent call last)")
    problems = [line for tally in tallies for line in tally.errors]
    found = check()
    for line in [*problems[:10], *(str(residue) for residue in found.residues[:10])]:
        sys.stderr.write(f"{line}\n")
    if tracebacks:
        sys.stderr.write(log.read_text(errors="replace")[-4000:])
    return {
        "requests": sum(tally.requests for tally in tallies),
        "errors": len(problems) + tracebacks,
        "lost": sum(number not in times for number in told),
        "doubled": sum(n > 1 for n in times.values()),
        "residue": found.residue,
        "p95_ms": round(took[max(0, -(-len(took) * 95 // 100) - 1)] * 1000) if took else None,
        "writes": len(told) + sum(tally.acts for tally in tallies),
        "typed": sum(tally.typed for tally in tallies),
        "imported": sum(tally.imported for tally in tallies),
        "decided": sum(tally.decided for tally in tallies),
        "conflicts": sum(tally.conflicts for tally in tallies),
    }


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _entrepot(*given: str) -> None:
    subprocess.run([sys.executable, "-m", "entrepot.faces.cli", *given], check=True, env=dict(os.environ))


if __name__ == "__main__":
    main()
