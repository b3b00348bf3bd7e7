"""The scenario page and its REST twin: asked, worked out by the worker, shown, exported; who may not; what cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from entrepot.books import models
from entrepot.faces import worker
from tests.books import factories as make
from tests.workflows.plan_books import books

pytestmark = pytest.mark.django_db
ASKED = "way=plan&way=sheet&futures=10&weeks=13&late=sea:3&z=1.65"
Ask = Callable[..., Any]


@pytest.fixture
def ask(settings: Any, tmp_path: Path) -> Ask:
    """``ask("/scenario/", role="viewer")``, with scenarios kept in a folder of the test's own."""
    settings.HOME = tmp_path
    books()
    clients: dict[str, Client] = {}

    def _ask(address: str, role: str = "owner", method: str = "get", **more: Any) -> Any:
        if role not in clients:
            clients[role] = Client()
            clients[role].force_login(make.user(role))
        return getattr(clients[role], method)(address, **more)

    return _ask


def done(job: models.Job) -> models.Job:
    """The job, worked off in this process."""
    from entrepot.books import jobs
    from entrepot.workflows.clock import now

    return jobs.run(job.pk, worker.WORKS, now)


def test_a_question_is_handed_to_the_worker_once_and_its_answer_shown(
    ask: Ask, django_assert_max_num_queries: Any
) -> None:
    """Looking starts nothing; asking starts one job; its answer stands on the page, in the files and over the API."""
    assert "Scenario" in ask("/scenario/").content.decode()
    ask(f"/scenario/?{ASKED}")
    assert not models.Job.objects.exists()
    form = {"way": ["plan", "sheet"], "futures": "10", "weeks": "13", "late": "sea:3", "z": "1.65"}
    for _ in range(2):
        ask("/scenario/begin", method="post", data=form)
    job = models.Job.objects.get(kind="simulate")
    facts = models.Document.objects.count()
    assert done(job).state == "done", job.problems
    assert models.Document.objects.count() == facts
    with django_assert_max_num_queries(20):
        text = ask(f"/scenario/?{ASKED}").content.decode()
    for part in ("What each way costs, by family", "Spreadsheet, z 1.65", "disturbed", "FAST", "Which items pay"):
        assert part in text
    chinese = ask(f"/scenario/?{ASKED}", headers={"Accept-Language": "zh-hans"}).content.decode()
    assert "各订货方式的成本构成" in chinese
    items = b"".join(ask(f"/scenario.csv?{ASKED}").streaming_content).decode()
    assert items.count("\n") == 1 + 3
    summary = b"".join(ask(f"/scenario/summary.csv?{ASKED}").streaming_content).decode()
    assert "Lost margin (USD)" in summary
    body = {"ways": ["plan", "sheet:1.65"], "futures": 10, "weeks": 13, "disruption": "late=sea:3"}
    answer = ask("/api/simulate", method="post", data=body, content_type="application/json")
    assert answer.status_code == 200
    assert answer.json()["answer"]["ways"][0]["code"] == "plan"
    other = ask("/api/simulate", method="post", data={**body, "seed": 2}, content_type="application/json")
    assert (other.status_code, other.json()["answer"]) == (202, None)


def test_what_cannot_be_read_is_said_and_nothing_is_started(ask: Ask) -> None:
    """A way, a disruption or a rule that makes no sense."""
    for wrong in ("late=sea", "freight=much", "way=own&rules=colour%3D3", "demand=-200", "z=x&way=sheet"):
        answer = ask(f"/scenario/?futures=10&{wrong}")
        assert answer.status_code == 422, wrong
        assert 'role="alert"' in answer.content.decode()
    body = {"ways": ["oracle"]}
    assert ask("/api/simulate", method="post", data=body, content_type="application/json").status_code == 422
    assert not models.Job.objects.exists()


def test_who_may_not_see_cost_asks_nothing(ask: Ask) -> None:
    """Neither the page nor the API nor the worker."""
    assert ask("/scenario/", role="viewer").status_code == 403
    assert ask("/scenario/begin", role="viewer", method="post", data={"way": "plan"}).status_code == 403
    assert (
        ask("/api/simulate", role="viewer", method="post", data={}, content_type="application/json").status_code == 403
    )
    assert not models.Job.objects.exists()
