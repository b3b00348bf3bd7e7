"""Two people do the same thing at the same moment: one does it, the other is told clearly, and nothing is half done."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db import connection, connections

from entrepot.audit import check
from entrepot.books import intake, models
from entrepot.books.access import Viewer, create_user, viewer_for
from entrepot.core.documents import parse
from entrepot.core.errors import ProblemError
from entrepot.workflows import close, counting, drafts, entered, order_trade, purchasing, reopening
from entrepot.workflows.revalue import revalue
from entrepot.workflows.typed_rows import Typed
from tests.workflows import ledger

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db(transaction=True)]
PEOPLE = {"ann": "operations", "bob": "finance", "cat": "finance", "wes": "warehouse", "wil": "warehouse"}


@pytest.fixture(autouse=True)
def _shop() -> None:
    """100 A and 40 B in Los Angeles, a supplier, five people."""
    papers = [
        *ledger.masters(), ledger.doc("supplier", "F1", "2026-01-01", name="Lamp works", currency="USD"),
        ledger.receipt("R-1", "2026-01-02", 100, 300), ledger.receipt("R-2", "2026-01-02", 40, 500, sku="B"),
    ]  # fmt: skip
    assert intake.post(papers, name="start", recorded_at=1).quarantined == 0
    revalue()
    for name, role in PEOPLE.items():
        create_user(name, "a long enough phrase 7", role, check=False)


def who(name: str) -> Viewer:
    return viewer_for(models.Membership.objects.get(user__username=name).user)


def at_once(*acts: Callable[[], Any]) -> tuple[list[Any], list[str]]:
    """Results of those who did it, and the codes told to those who did not; any other failure is raised."""
    barrier, done, told = threading.Barrier(len(acts)), list[Any](), list[str]()
    broken: list[BaseException] = []

    def work(act: Callable[[], Any]) -> None:
        try:
            barrier.wait()
            done.append(act())
        except ProblemError as error:
            told.append(error.problems[0].code)
        except BaseException as error:
            broken.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if broken:
        raise broken[0]
    return done, told


def documents(*kinds: str) -> int:
    return models.Document.objects.filter(type__in=kinds).count()


def whole() -> None:
    """The books prove, valued and as they stand, and nothing waits."""
    assert models.Quarantine.objects.count() == 0
    revalue()
    assert [str(residue) for residue in check(connection).residues] == []


def order(number: str) -> Any:
    lines: Sequence[dict[str, Any]] = [{"sku": "A", "quantity": 100, "price": {"amount": 700}}]
    told = {"supplier": "F1", "currency": "USD", "lines": lines}
    return parse({"type": "purchase_order", "id": number, "effective_at": "2026-01-05T04:00:00Z", **told})


def test_two_close_the_same_month() -> None:
    """One closing stands, with one entry in the trail; the other person is told that the month is closed."""
    done, told = at_once(*(lambda name=name: close.close("US", "2026-01", actor=name) for name in ("bob", "cat")))
    assert (len(done), told) == (1, ["period_state"])
    assert (models.Period.objects.count(), documents("period_close")) == (1, 1)
    assert models.AuditEntry.objects.filter(action="period.close").count() == 1
    assert close.reported_still("US", "2026-01")
    whole()


def test_two_ask_to_open_it_again_and_two_grant() -> None:
    """One request, opened once."""
    close.close("US", "2026-01", actor="bob")
    bob, cat, ann = who("bob"), who("cat"), who("bob")
    done, told = at_once(
        *(lambda viewer=viewer: reopening.ask(viewer, "2026-01", "a bill came") for viewer in (bob, ann))
    )
    assert (len(done), told) == (1, ["asked_already"])
    key = done[0].pk
    done, told = at_once(*(lambda: reopening.answer(cat, key, grant=True) for _ in range(2)))
    assert (len(done), told, documents("period_reopen")) == (1, ["answered_already"], 1)
    whole()


def test_two_approve_the_same_order() -> None:
    """It is ordered once, by one of them."""
    purchasing.propose(who("ann"), order("PO-1"))
    viewers = [who("bob"), who("cat")]
    done, told = at_once(*(lambda viewer=viewer: purchasing.approve(viewer, "PO-1") for viewer in viewers))
    assert (done, len(told)) == (["PO-1"], 1)
    assert (documents("purchase_decision"), documents("purchase_order")) == (1, 1)
    whole()


def test_two_receive_the_last_units_of_an_order() -> None:
    """What is beyond the tolerance is refused to whoever came second."""
    purchasing.propose(who("ann"), order("PO-1"))
    purchasing.approve(who("bob"), "PO-1")
    lines = [{"order_line": 1, "quantity": 100}]
    viewers = [who("wes"), who("wil")]
    done, told = at_once(
        *(lambda v=v: order_trade.receive(v, "PO-1", "LA", lines, name=f"GR-{v.name}") for v in viewers)
    )
    assert (len(done), told) == (1, ["over_receipt"])
    assert models.Balance.objects.get(item__sku="A", cell__location__code="LA").on_hand == 200
    whole()


def test_two_receive_the_same_shipment() -> None:
    """Ten were sent; the second person's sheet of ten is refused, in the line that is too much."""
    sent = ledger.doc("shipment", "SH-1", "2026-01-06", origin={"location": "LA"}, destination="DE",
                      lines=[{"sku": "A", "quantity": 10}])  # fmt: skip
    intake.post([sent], name="sent", recorded_at=2)
    viewers = [who("wes"), who("wil")]

    def receive(viewer: Viewer) -> Any:
        header = {"id": f"GR-{viewer.name}", "location": "DE", "shipment": "SH-1"}
        return entered.post_typed(viewer, Typed("receipt", header, ({"sku": "A", "quantity": "10"},)))

    done, told = at_once(*(lambda viewer=viewer: receive(viewer) for viewer in viewers))
    assert (len(done), told) == (1, ["over_shipment"])
    assert models.Balance.objects.get(item__sku="A", cell__location__code="DE", cell__transit="").on_hand == 10
    whole()


def test_two_send_away_the_last_units() -> None:
    """Forty are there: one transfer of thirty goes, the other has not so many left."""
    viewers = [who("wes"), who("wil")]

    def send(viewer: Viewer) -> Any:
        header = {"id": f"TR-{viewer.name}", "origin": "LA", "destination": "DE"}
        return entered.post_typed(viewer, Typed("transfer", header, ({"sku": "B", "quantity": "30"},)))

    done, told = at_once(*(lambda viewer=viewer: send(viewer) for viewer in viewers))
    assert (len(done), told, documents("transfer")) == (1, ["units_absent"], 1)
    whole()


@pytest.mark.parametrize("names", [("wes", "wil"), ("wil", "wes")])
def test_units_that_a_document_took_are_not_taken_before_it(names: tuple[str, str]) -> None:
    """A second transfer of the same instant is refused, also where it would come before the first one in the fold."""
    header = {"origin": "LA", "destination": "DE", "effective_at": "2026-02-01 12:00"}
    for name, refused in zip(names, (False, True), strict=True):
        typed = Typed("transfer", {"id": f"TR-{name}", **header}, ({"sku": "B", "quantity": "30"},))
        if not refused:
            entered.post_typed(who(name), typed)
            continue
        with pytest.raises(ProblemError) as caught:
            entered.post_typed(who(name), typed)
        assert [problem.code for problem in caught.value.problems] == ["units_absent"]
    assert (documents("transfer"), models.Waiting.objects.count()) == (1, 0)


def test_two_post_the_same_draft() -> None:
    """It is posted once, and the second answer names the same document."""
    bob = who("ann")
    kept = drafts.begin(bob, Typed("receipt", {"location": "LA"}, ({"sku": "A", "quantity": "7"},)))
    done, told = at_once(*(lambda: drafts.post(bob, kept.key, kept.version) for _ in range(2)))
    assert (len({one.document for one in done}), told, sorted(one.again for one in done)) == (1, [], [False, True])
    assert documents("receipt") == 3
    whole()


def test_two_save_and_post_a_draft() -> None:
    """Whoever changes what another posts is told so, or the poster is; the books hold what the winner saw."""
    ann = who("ann")
    kept = drafts.begin(ann, Typed("receipt", {"location": "LA"}, ({"sku": "A", "quantity": "7"},)))
    changed = Typed("receipt", kept.typed.header, ({"sku": "A", "quantity": "9"},))
    done, told = at_once(
        lambda: drafts.post(ann, kept.key, kept.version), lambda: drafts.save(ann, kept.key, kept.version, changed)
    )
    assert (len(done), told[0] in ("draft_changed", "draft_posted"), len(told)) == (1, True, 1)
    units = models.Balance.objects.get(item__sku="A", cell__location__code="LA").on_hand
    assert units == (100 if isinstance(done[0], drafts.DraftView) else 107)
    whole()


def test_two_documents_of_one_number() -> None:
    """Two sheets with the same proposed number: the second is told, and never becomes a correction of the first."""
    viewers = [who("wes"), who("wil")]

    def post(viewer: Viewer, units: int) -> Any:
        return entered.post_typed(
            viewer, Typed("receipt", {"id": "GR-1", "location": "LA"}, ({"sku": "A", "quantity": str(units)},))
        )

    done, told = at_once(lambda: post(viewers[0], 5), lambda: post(viewers[1], 8))
    assert (len(done), told) == (1, ["number_taken"])
    assert documents("receipt") == 3
    whole()


def test_two_take_back_the_same_document() -> None:
    """One reversal."""
    ann = who("ann")
    batch = entered.post_typed(ann, Typed("receipt", {"location": "LA"}, ({"sku": "A", "quantity": "7"},))).batch
    done, told = at_once(*(lambda: entered.undo(ann, batch) for _ in range(2)))
    assert (len(done), told) == (1, ["already_undone"])
    assert models.Balance.objects.get(item__sku="A", cell__location__code="LA").on_hand == 100
    whole()


def test_two_begin_and_two_approve_a_count() -> None:
    """A place is counted by one count, which is posted once."""
    wes, ann = who("wes"), who("ann")
    done, told = at_once(*(lambda: counting.begin(wes, "LA", blind=False) for _ in range(2)))
    assert (len(done), told) == (1, ["count_running"])
    row = counting.enter(wes, done[0], "A", 98)
    counting.finish(wes, done[0])
    counting.give_reason(ann, done[0], row.id, "lost")
    digest = counting.page(ann, done[0]).digest
    number = done[0]
    done, told = at_once(*(lambda: counting.approve(ann, number, digest) for _ in range(2)))
    assert (len(done), told, documents("count")) == (1, ["count_state"], 1)
    assert models.Balance.objects.get(item__sku="A", cell__location__code="LA").on_hand == 98
    whole()
