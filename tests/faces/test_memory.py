"""What stays loaded is taken out of the garbage collector's sight, and garbage among it is found all the same."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest
from django.core.signals import request_finished

from entrepot.faces.memory import Keeper, keep_loaded


@pytest.fixture
def keeper() -> Iterator[Keeper]:
    """Watching for 5,000 objects, and no more after the test."""
    keep_loaded()
    made = Keeper(many=5_000)
    made.begin()
    yield made
    made.end()
    gc.unfreeze()


class Node:
    """Something that refers to itself: only the collector can free it."""

    def __init__(self) -> None:
        self.itself = self


def answer() -> None:
    request_finished.send(sender=None)


def test_what_a_request_loaded_for_good_is_not_walked_again(keeper: Keeper) -> None:
    """Ten thousand lists that stay: after the request that met a full collection there is next to nothing left to walk."""
    loaded = [[n] for n in range(10_000)]
    answer()
    assert len(gc.get_objects()) > 10_000, "no full collection yet, so nothing was looked at"
    gc.collect()
    frozen = gc.get_freeze_count()
    answer()
    assert gc.get_freeze_count() >= frozen + len(loaded)
    assert len(gc.get_objects(generation=2)) < 5_000


def test_little_is_left_to_the_collector(keeper: Keeper) -> None:
    """Below the number nothing is frozen: a request's own objects go as ever."""
    frozen = gc.get_freeze_count()
    kept = [[n] for n in range(100)]
    gc.collect()
    answer()
    assert (gc.get_freeze_count(), len(kept)) == (frozen, 100)


def test_what_was_frozen_and_is_garbage_by_now_goes_with_the_next(keeper: Keeper) -> None:
    """A ring that was frozen while in use is freed when more is frozen."""
    node = Node()
    gone = weakref.ref(node)
    keep_loaded()
    del node
    gc.collect()
    assert gone() is not None, "frozen: not seen by a collection"
    keep_loaded()
    assert gone() is None
