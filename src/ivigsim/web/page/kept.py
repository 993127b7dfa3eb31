"""Results that are kept, for whoever asks for the same again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

from ivigsim.web.page.state import State

T = TypeVar("T")

KEPT = 256
"""Results kept of each kind; one takes some 100 kB."""


class Kept(Generic[T]):
    """The latest results by what they depend on."""

    def __init__(self, most: int = KEPT) -> None:
        self._most = most
        self._found: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what is kept, or make it.

        Examples
        --------
        >>> kept = Kept[int]()
        >>> kept.get("a", lambda: 1), kept.get("a", lambda: 2)
        (1, 1)
        """
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        made = make()  # outside the lock: others go on meanwhile
        with self._lock:
            self._found[key] = made
            while len(self._found) > self._most:
                self._found.popitem(last=False)
        return made


def key_of(state: State, letter: str, *more: Hashable) -> Hashable:
    """Return what the results of a regimen depend on."""
    return (
        state.phrases[letter],
        state.population,
        state.patients,
        state.seed,
        state.days,
        tuple(sorted(state.covariates.items())),
        tuple(sorted(state.switches.items())),
        state.extreme,
        *more,
    )
