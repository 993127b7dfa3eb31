"""Jobs over the processes of one machine."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool

from ivigsim.trials.executor_crew import Crew, crew
from ivigsim.trials.executor_work import Done, JobsLost, names
from ivigsim.trials.jobs import Job, Work

TRIES = 3
"""Times that a job is tried when the process at it ends; the last time alone, to tell it from its company."""


def in_processes(
    jobs: Sequence[Job],
    work: Work,
    workers: int,
    on_done: Callable[[Job, Done], None],
    note: Callable[[str], None],
) -> None:
    """Do jobs in worker processes; see `executors.execute`."""
    waiting, losses = deque(jobs), Counter[Job]()
    while waiting:
        with crew(workers) as hands:
            try:
                _work_off(waiting, losses, work, hands, on_done)
            except BrokenProcessPool:
                lost = _gather(hands, on_done)
                losses.update(lost)
                if hopeless := [job for job in lost if losses[job] >= TRIES]:
                    raise JobsLost(
                        f"a worker process ended {TRIES} times at {names(hopeless)}: memory may be"
                        " short (nearest: fewer --workers), or the call stands in a script without"
                        " `if __name__ == '__main__':`"
                    ) from None
                waiting.extendleft(reversed(lost))
            except KeyboardInterrupt:
                if running := hands.running():
                    note("stopping once the chunks under way are done; Ctrl-C again stops at once")
                    wait(running)
                _gather(hands, on_done)
                raise


def _work_off(
    waiting: deque[Job], losses: Counter[Job], work: Work, hands: Crew, on_done: Callable[[Job, Done], None]
) -> None:
    while waiting or hands.in_hand:
        while waiting and hands.has_room:
            alone = losses[waiting[0]] == TRIES - 1
            if alone and hands.in_hand:
                break
            hands.give(work, waiting[0])
            waiting.popleft()  # now it is in hand
            if alone:
                break
        finished, _ = wait(hands.in_hand, return_when=FIRST_COMPLETED)
        for future in finished:
            on_done(hands.in_hand[future], future.result())
            del hands.in_hand[future]  # only now: an interrupt while it is handed on loses nothing


def _gather(hands: Crew, on_done: Callable[[Job, Done], None]) -> list[Job]:
    """Keep what is finished and return the rest."""
    rest = []
    for future, job in list(hands.in_hand.items()):
        if _has_result(future):
            on_done(job, future.result())
        else:
            rest.append(job)
    hands.in_hand.clear()
    return rest


def _has_result(future: Future[Done]) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None
