"""Catch what ivigsim warns of, in a server with many threads."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_one_at_a_time = threading.RLock()  # the filters of warnings belong to the whole process


@contextmanager
def noted() -> Iterator[list[str]]:
    """Collect the notes of what is called inside; another thread that collects waits meanwhile.

    Keep what is inside short: `ivigsim.request.prepare` and `ivigsim.simulate_chunks` give all their notes
    before the first patient is simulated.

    Yields
    ------
    list of str
        Filled when the block ends, each note once.

    Examples
    --------
    >>> import warnings
    >>> with noted() as notes:
    ...     warnings.warn("anti-D cannot act")
    >>> notes
    ['anti-D cannot act']
    """
    notes: list[str] = []
    with _one_at_a_time, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield notes
    notes.extend(dict.fromkeys(str(each.message) for each in caught))
