"""Jobs: fair between users, bounded, stopped when nobody waits. Events order them, never the clock."""

import asyncio
import threading

import pytest

from ivigsim.web.jobs import Busy, Pool, Stopped, TooLong

LONG = 30  # s; only a broken pool waits so long


@pytest.fixture
def pool():
    made = []

    def make(**settings):
        made.append(Pool(**settings))
        return made[-1]

    yield make
    for each in made:
        each.close()


class Gatekeeper:
    """Holds jobs until it lets the next one end, and notes who began in which order."""

    def __init__(self):
        self.began = []
        self._may_end = threading.Semaphore(0)

    def job(self, name):
        def work(task):
            self.began.append(name)
            assert self._may_end.acquire(timeout=LONG)
            task.check()
            return name

        return work

    def let_end(self, count=1):
        self._may_end.release(count)


async def until(condition):
    async with asyncio.timeout(LONG):
        while not condition():
            await asyncio.sleep(0.001)


async def begin(pool, gate, keys):
    """Ask one after another, so that the order of the queue is known."""
    asked = []
    for key in keys:
        before = pool.running + pool.waiting
        asked.append(asyncio.create_task(pool.compute(key, gate.job(key))))
        await until(lambda now=before: pool.running + pool.waiting > now)
    return asked


def test_one_who_asks_once_does_not_wait_for_all_of_one_who_asks_often(pool):
    async def scenario():
        shared, gate = pool(slots=1), Gatekeeper()
        asked = await begin(shared, gate, "AAAAAB")
        gate.let_end(6)
        await asyncio.gather(*asked)
        return gate.began

    assert asyncio.run(scenario()) == ["A", "A", "B", "A", "A", "A"]


def test_a_free_place_goes_to_who_has_the_fewest_running(pool):
    async def scenario():
        shared, gate = pool(slots=2), Gatekeeper()
        asked = await begin(shared, gate, "AAAAB")
        await until(lambda: len(gate.began) == 2)
        gate.let_end()
        await until(lambda: len(gate.began) == 3)
        third = gate.began[2]
        gate.let_end(4)
        await asyncio.gather(*asked)
        return third

    assert asyncio.run(scenario()) == "B"


def test_ten_users_take_turns(pool):
    users = "ABCDEFGHIJ"

    async def scenario():
        shared, gate = pool(slots=1), Gatekeeper()
        asked = await begin(shared, gate, [user for user in users for _ in range(3)])
        gate.let_end(30)
        await asyncio.gather(*asked)
        return gate.began

    began = asyncio.run(scenario())
    assert began[0] == "A"
    for turn in range(3):  # the first job ran before the others asked
        assert (
            sorted(began[1 + 10 * turn : 11 + 10 * turn])
            == sorted(users)[: len(began[1 + 10 * turn : 11 + 10 * turn])]
            or turn == 2
        )


def test_the_queue_is_bounded_for_one_and_for_all(pool):
    async def scenario():
        shared, gate = pool(slots=1, waiting=3, waiting_each=2), Gatekeeper()
        asked = await begin(shared, gate, "AAAB")
        with pytest.raises(Busy, match="2 of your requests wait") as own:
            await shared.compute("A", gate.job("A"))
        with pytest.raises(Busy, match="the server is busy: 3 requests wait") as anyone:
            await shared.compute("C", gate.job("C"))
        assert (own.value.own, anyone.value.own) == (True, False)
        assert own.value.seconds > 0
        gate.let_end(4)
        return await asyncio.gather(*asked)

    assert asyncio.run(scenario()) == ["A", "A", "A", "B"]


def test_a_caller_who_leaves_stops_the_job_and_frees_the_place(pool):
    async def scenario():
        shared = pool(slots=1)
        ended = threading.Event()

        def work(task):
            try:
                while True:
                    task.check()
            except Stopped:
                ended.set()
                raise

        leaving = asyncio.create_task(shared.compute("A", work))
        await until(lambda: shared.running == 1)
        waiting = asyncio.create_task(shared.compute("B", lambda _: "never"))
        await until(lambda: shared.waiting == 1)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert shared.waiting == 0
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
        await until(ended.is_set)
        return await shared.compute("C", lambda _: "works")

    assert asyncio.run(scenario()) == "works"


def test_a_place_granted_to_one_who_has_left_goes_on(pool):
    async def scenario():
        shared, gate = pool(slots=1), Gatekeeper()
        first, second, third = await begin(shared, gate, "ABC")
        gate.let_end(2)
        await until(lambda: "B" in shared._running or len(gate.began) > 1)
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)
        gate.let_end()
        return await first, await third

    assert asyncio.run(scenario()) == ("A", "C")


def test_a_job_over_its_time_is_stopped(pool):
    def work(task):
        while not task.cancelled:
            pass

    async def scenario():
        shared = pool(slots=1)
        with pytest.raises(TooLong, match=r"longer than 0.01 s and was stopped"):
            await shared.compute("A", work, seconds=0.01)
        await until(lambda: shared.running == 0)

    asyncio.run(scenario())


def test_a_job_alone_gets_all_processors_and_tells_how_far_it_is(pool):
    async def scenario():
        told = []

        def work(task):
            task.progress(5, 10)
            return task.threads

        threads = await pool(slots=4).compute("A", work, on_progress=lambda *at: told.append(at))
        await until(lambda: told)
        return threads, told

    assert asyncio.run(scenario()) == (4, [(5, 10)])


def test_an_error_in_a_job_reaches_the_caller_and_frees_the_place(pool):
    async def scenario():
        shared = pool(slots=1)
        for _ in range(3):
            with pytest.raises(ZeroDivisionError):
                await shared.compute("A", lambda _: 1 / 0)
        await until(lambda: shared.running == 0)

    asyncio.run(scenario())
