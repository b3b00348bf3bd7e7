"""Many workers on one item: exactly what is there is promised, and no order is lost."""

import threading
from typing import Any

import pytest
from django.db import connection, connections

from entrepot.audit import check
from entrepot.books import intake
from entrepot.books.models import Balance, Document, Reservation
from tests.audit.ledger_words import day, document
from tests.effort import effort

WORKERS, UNITS, ORDERS, AT_ONCE = 16, 1000, 1500, 25


def order(number: int) -> Any:
    lines = [{"sku": "HOT", "quantity": 1, "amount": 999}]
    return document("sales_order", f"O-{number}", 2, shop="s", currency="USD", status="open", lines=lines)


@pytest.mark.both_databases
@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("time", range(effort(test=1, soak=20)))
def test_sixteen_workers_promise_exactly_what_is_there(time: int) -> None:
    """1,500 open orders of one unit from 16 workers on 1,000 units: 1,000 promised, 500 short, none lost or twice."""
    master = [
        document("company", "C", 0, name="C", currency="USD"),
        document("location", "W", 0, name="W"),
        document("shop", "s", 0, company="C", currency="USD", location="W"),
        document("item", "HOT", 0),
        document("opening_balance", "OB", 1, company="C", location="W", lines=[{"sku": "HOT", "quantity": UNITS}]),
    ]
    intake.post(master, name="stock", recorded_at=day(1))
    barrier = threading.Barrier(WORKERS)
    failures: list[BaseException] = []

    def work(mine: list[int]) -> None:
        try:
            barrier.wait()
            for start in range(0, len(mine), AT_ONCE):
                chunk = [order(number) for number in mine[start : start + AT_ONCE]]
                intake.post(chunk, name="orders", recorded_at=day(2))
        except BaseException as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=work, args=([n for n in range(ORDERS) if n % WORKERS == worker],))
        for worker in range(WORKERS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert list(Balance.objects.values_list("on_hand", "reserved")) == [(UNITS, UNITS)]
    assert Document.objects.filter(type="sales_order").count() == ORDERS
    assert Reservation.objects.filter(quantity=1).count() == UNITS
    assert Reservation.objects.filter(shortfall=1).count() == ORDERS - UNITS
    assert [str(residue) for residue in check(connection).residues] == []
