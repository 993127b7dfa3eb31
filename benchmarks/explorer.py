"""The explorer page: server time of a redraw, of each view, and of ten visitors who redraw at once."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import replace
from functools import partial
from statistics import median
from time import perf_counter

from ivigsim.web import jobs
from ivigsim.web.page.app import warm_up
from ivigsim.web.page.state import VIEWS, State
from ivigsim.web.page.views import VIEW_BUILDERS

USERS = 10
WANTED_S = 0.5


def measure(quick: bool) -> dict[str, object]:
    """Seconds on the server from what was chosen to what is sent; nothing is kept from round to round."""
    warm_up()
    rounds = 5 if quick else 15
    return {
        "wanted_s": WANTED_S,
        "one_regimen_changed": _spread([_redraw(State(a=_phrase(i))) for i in range(rounds)]),
        "both_changed": _spread(
            [_redraw(State(a=_phrase(100 + i), b=_phrase(200 + i))) for i in range(rounds)]
        ),
        "views": {view: _redraw(State(a=_phrase(300 + i), view=view)) for i, view in enumerate(VIEWS)},
        "ten_users": _ten_users(rounds=2 if quick else 4),
    }


def _phrase(number: int) -> str:
    """A dose that nobody asked for before."""
    return f"IVIG {0.5 + number / 1000:g} g/kg daily x2"


def _redraw(state: State) -> float:
    began = perf_counter()
    asyncio.run(jobs.compute("one", partial(VIEW_BUILDERS[state.view], state)))
    return perf_counter() - began


def _ten_users(rounds: int) -> dict[str, float]:
    """Each redraws one regimen after another; fair is when all get the same."""

    async def user(number: int) -> float:
        began = perf_counter()
        for i in range(rounds):
            state = replace(State(), a=_phrase(1000 + 100 * number + i))
            await jobs.compute(f"user {number}", partial(VIEW_BUILDERS["courses"], state))
        return perf_counter() - began

    async def all_of_them() -> list[float]:
        return await asyncio.gather(*map(user, range(USERS)))

    seconds = asyncio.run(all_of_them())
    each = [second / rounds for second in seconds]
    return {"first_s": min(each), "median_s": median(each), "last_s": max(each), "users": USERS}


def _spread(seconds: list[float]) -> dict[str, float]:
    return {"median_s": median(seconds), "min_s": min(seconds), "max_s": max(seconds)}


if __name__ == "__main__":
    print(json.dumps(measure(quick="--quick" in sys.argv), indent=2))
