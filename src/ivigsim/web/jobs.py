"""Work in threads, shared fairly between users: the page and the API compute through here."""

from __future__ import annotations

import asyncio
import contextvars
import os
import threading
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")

MOST_WAITING = 128
"""Jobs that may wait in all: at about half a second each on two processors, the last waits half a minute."""
MOST_WAITING_EACH = 32
"""Jobs of one user that may wait, so that nobody fills the queue alone."""


class Busy(RuntimeError):
    """There is no room in the queue.

    Attributes
    ----------
    seconds : int
        After which to try again.
    own : bool
        Whether it is this user's own jobs that fill it.
    """

    def __init__(self, sentence: str, seconds: int, *, own: bool) -> None:
        super().__init__(sentence)
        self.seconds = seconds
        self.own = own


class TooLong(RuntimeError):
    """A job ran into its time limit and was stopped."""


class Stopped(RuntimeError):
    """A job ended early because nobody waits for it any more, or the server is being stopped."""

    def __init__(self) -> None:
        super().__init__("the request was stopped before it was finished; try again later")


class Task:
    """What a job knows of those who wait for it; handed to its function.

    Attributes
    ----------
    threads : int
        Threads the job may use, so that all jobs together use each processor once.
    """

    def __init__(self, threads: int, on_progress: Callable[[int, int], None] | None = None) -> None:
        self.threads = threads
        self._stop = threading.Event()
        self._on_progress = on_progress

    @property
    def cancelled(self) -> bool:
        """Whether nobody waits for the result any more."""
        return self._stop.is_set()

    def cancel(self) -> None:
        """Ask the job to stop at its next chunk."""
        self._stop.set()

    def check(self) -> None:
        """Leave the job when it is cancelled; to be called between chunks.

        Raises
        ------
        Stopped
        """
        if self.cancelled:
            raise Stopped

    def progress(self, done: int, total: int) -> None:
        """Say that `done` of `total` patients are finished; wherever the job runs."""
        if self._on_progress is not None:
            self._on_progress(done, total)


class Pool:
    """As many jobs at a time as there are processors; the next is of the user who has the fewest running.

    Among users with equally many the one served longest ago is next, so that ten users with any number of
    jobs each get the same share. Works with any event loop, and with several.

    Parameters
    ----------
    slots : int, optional
        Jobs at a time; by default one per processor this process may use.
    waiting, waiting_each : int
        Jobs that may wait, in all and of one user.

    Examples
    --------
    >>> import asyncio
    >>> pool = Pool(slots=1)
    >>> asyncio.run(pool.compute("me", lambda task: 6 * 7))
    42
    >>> pool.close()
    """

    def __init__(
        self,
        slots: int | None = None,
        waiting: int = MOST_WAITING,
        waiting_each: int = MOST_WAITING_EACH,
    ) -> None:
        self.slots = slots or processors()
        self._waiting_most, self._waiting_each = waiting, waiting_each
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(self.slots, thread_name_prefix="ivigsim-job")
        self._running: Counter[str] = Counter()
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}  # in the order of who is served next
        self._tasks: set[Task] = set()

    @property
    def running(self) -> int:
        """Jobs that run now."""
        return self._running.total()

    @property
    def waiting(self) -> int:
        """Jobs that wait for their turn."""
        return sum(map(len, self._waiting.values()))

    async def compute(
        self,
        key: str,
        work: Callable[[Task], T],
        on_progress: Callable[[int, int], None] | None = None,
        seconds: float | None = None,
    ) -> T:
        """Run `work` in a thread when it is the turn of `key`, and return what it returns.

        When the caller is cancelled, a job that waits is dropped and one that runs sees `task.cancelled`.

        Parameters
        ----------
        key : str
            Who asks: a session, or the address of a client.
        work : callable
            Takes a `Task`. It should look at `task.cancelled`, or call `task.check`, between chunks.
        on_progress : callable, optional
            Called in the event loop with (done, total).
        seconds : float, optional
            Time limit from the start of the work; waiting does not count.

        Raises
        ------
        Busy
            When the queue is full.
        TooLong
            When the time limit passed.
        """
        loop = asyncio.get_running_loop()

        def tell(done: int, total: int) -> None:
            if on_progress is not None:
                with suppress(RuntimeError):  # the loop has closed: nobody is there to be told
                    loop.call_soon_threadsafe(on_progress, done, total)

        await self._turn(key)
        try:
            # what already runs keeps its threads; a job alone gets all processors
            task = Task(max(1, self.slots // max(1, self.running)), tell)
            self._tasks.add(task)
            running = self._threads.submit(contextvars.copy_context().run, work, task)
        except BaseException:
            self._free(key)
            raise
        # the thread frees its place when it ends, not when the caller stops waiting for it
        running.add_done_callback(lambda _: self._end(key, task))
        return await _result(running, task, seconds)

    def close(self) -> None:
        """Stop all jobs at their next chunk and take no more."""
        with self._lock:
            waiting = [turn for turns in self._waiting.values() for turn in turns]
            tasks = list(self._tasks)
        for turn in waiting:
            with suppress(RuntimeError):  # its loop has closed
                turn.get_loop().call_soon_threadsafe(_turn_away, turn)
        for task in tasks:
            task.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _turn(self, key: str) -> None:
        """Wait until it is the turn of `key`, and take the place."""
        with self._lock:
            if self.running < self.slots and not self._waiting:
                self._running[key] += 1
                return
            self._check_room(key)
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.setdefault(key, deque()).append(turn)
        try:
            await turn
        except (asyncio.CancelledError, Stopped):
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self._free(key)  # the place came while the caller left
            else:
                self._forget(key, turn)
            raise

    def _check_room(self, key: str) -> None:
        seconds = 1 + self.waiting // self.slots
        if len(self._waiting.get(key, ())) >= self._waiting_each:
            raise Busy(
                f"{self._waiting_each} of your requests wait already; accepted: up to that many at a time",
                seconds,
                own=True,
            )
        if self.waiting >= self._waiting_most:
            raise Busy(
                f"the server is busy: {self._waiting_most} requests wait already; try again later",
                seconds,
                own=False,
            )

    def _end(self, key: str, task: Task) -> None:
        with self._lock:
            self._tasks.discard(task)
        self._free(key)

    def _free(self, key: str) -> None:
        """Give a place back and hand it to whose turn it is."""
        with self._lock:
            self._running[key] -= 1
            if not self._running[key]:
                del self._running[key]
            while self._waiting and self.running < self.slots:
                following = min(self._waiting, key=lambda each: self._running[each])  # the first of equals
                turns = self._waiting.pop(following)
                turn = turns.popleft()
                if turns:
                    self._waiting[following] = turns  # served now, so last of all next time
                with suppress(RuntimeError):  # its loop has closed: it needs no place
                    turn.get_loop().call_soon_threadsafe(self._grant, following, turn)
                    self._running[following] += 1

    def _grant(self, key: str, turn: asyncio.Future[None]) -> None:
        if turn.done():
            self._free(key)  # the caller left before the place came
        else:
            turn.set_result(None)

    def _forget(self, key: str, turn: asyncio.Future[None]) -> None:
        with self._lock:
            turns = self._waiting.get(key, deque())
            if turn in turns:
                turns.remove(turn)
            if not turns:
                self._waiting.pop(key, None)


def _turn_away(turn: asyncio.Future[None]) -> None:
    if not turn.done():
        turn.set_exception(Stopped())


async def _result(running: Future[T], task: Task, seconds: float | None) -> T:
    """Wait for a job; whatever ends the waiting ends the job."""
    try:
        return await asyncio.wait_for(asyncio.wrap_future(running), seconds)
    except TimeoutError:
        task.cancel()
        raise TooLong(
            f"the request took longer than {seconds:g} s and was stopped; accepted: fewer patients or days"
        ) from None
    except asyncio.CancelledError:
        task.cancel()
        raise


def processors() -> int:
    """Return how many processors this process may use.

    Examples
    --------
    >>> processors() >= 1
    True
    """
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


_shared: Pool | None = None
_shared_lock = threading.Lock()


def shared_pool() -> Pool:
    """Return the pool of this process, which the page and the API share."""
    global _shared
    with _shared_lock:
        if _shared is None:
            _shared = Pool()
        return _shared


def close_shared_pool() -> None:
    """Stop what runs in the pool of this process; the next job gets a new one."""
    global _shared
    with _shared_lock:
        pool, _shared = _shared, None
    if pool is not None:
        pool.close()


async def compute(
    key: str,
    work: Callable[[Task], T],
    on_progress: Callable[[int, int], None] | None = None,
    seconds: float | None = None,
) -> T:
    """Run `work` in a thread of the shared pool; see `Pool.compute`.

    Examples
    --------
    >>> import asyncio
    >>> asyncio.run(compute("me", lambda task: task.cancelled))
    False
    """
    return await shared_pool().compute(key, work, on_progress, seconds)
