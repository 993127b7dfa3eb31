"""What the server does for one visitor: read what is chosen, compute the open view, send it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from time import monotonic
from typing import Any

from shiny import Inputs, Session, reactive
from starlette.requests import Request
from starlette.responses import Response

from ivigsim.errors import InputError
from ivigsim.mechanisms import AttributionFailed
from ivigsim.report.comparison import RunFailed
from ivigsim.web import jobs
from ivigsim.web.limits import Limits
from ivigsim.web.page.details import detail
from ivigsim.web.page.downloads import answer
from ivigsim.web.page.phrases import recipe, with_drug, with_ivig
from ivigsim.web.page.results import Refused
from ivigsim.web.page.state import State, read_query
from ivigsim.web.page.views import VIEW_BUILDERS

PROGRESS_EVERY_S = 0.2


def serve_session(input: Inputs, session: Session, limits: Limits) -> None:  # noqa: A002  # Shiny's name
    """Wire one visitor's inputs to the explorer."""
    explorer = Explorer(session, limits)
    session.on_ended(explorer.leave)

    @reactive.effect
    @reactive.event(input.state)
    async def _() -> None:
        await explorer.choose(str(input.state()))

    @reactive.effect
    @reactive.event(input.recipe)
    async def _() -> None:
        await explorer.rewrite(input.recipe())

    @reactive.effect
    @reactive.event(input.about)
    async def _() -> None:
        explorer.explain(str(input.about()))

    @reactive.effect
    @reactive.event(input.cancel)
    async def _() -> None:
        await explorer.cancel()

    @reactive.effect
    async def _() -> None:
        # an async handler is awaited, though its type does not say so
        files = session.dynamic_route("file", explorer.file)  # type: ignore[arg-type]
        await explorer.send("ready", {"files": files})


class Explorer:
    """One visitor: what is chosen, and the computation that is under way for it.

    Parameters
    ----------
    session : Session
    limits : Limits
    """

    def __init__(self, session: Session, limits: Limits) -> None:
        self._session = session
        self._limits = limits
        self._state = State()
        self._task: asyncio.Task[None] | None = None
        self._asked: set[asyncio.Task[None]] = set()
        self._told = 0.0

    async def send(self, name: str, message: dict[str, Any]) -> None:
        """Send the browser a message; one that has left gets none."""
        with suppress(RuntimeError, ConnectionError):
            await self._session.send_custom_message(name, message)

    async def choose(self, query: str) -> None:
        """Take what the address says, and show it; what is wrong is said, and the last results stay."""
        state, problems = read_query(query, self._limits)
        recipes = {letter: asdict(recipe(phrase)) for letter, phrase in state.phrases.items()}
        await self.send("choices", {"problems": problems, "recipes": recipes, "phrases": state.phrases})
        if problems:
            return
        self._state = state
        self.stop()
        self._task = asyncio.create_task(self._show(state))

    async def rewrite(self, asked: Any) -> None:
        """Write a phrase as a slider or box says."""
        letter, phrase = str(asked["letter"]), str(asked["phrase"])
        try:
            if "drug" in asked:
                text = with_drug(phrase, str(asked["drug"]), bool(asked["given"]))
            else:
                text = with_ivig(phrase, float(asked["grams"]), int(asked["infusions"]))
            await self.send("phrase", {"letter": letter, "text": text})
        except InputError as error:
            await self.send(
                "choices", {"problems": {letter.lower(): str(error)}, "recipes": {}, "phrases": {}}
            )

    def explain(self, key: str) -> None:
        """Send what stands behind a value."""
        self._keep(asyncio.create_task(self._explain(key, self._state)))

    async def cancel(self) -> None:
        """Stop what is computed; the last results stay."""
        self.stop()
        await self.send(
            "failed", {"sentence": "Cancelled; the results below are the last ones.", "problems": {}}
        )

    def stop(self) -> None:
        """Stop what is computed for the open view."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def leave(self) -> None:
        """Stop everything: the visitor has left."""
        self.stop()
        for task in self._asked:
            task.cancel()

    async def file(self, request: Request) -> Response:
        """Answer with a file of what is chosen."""
        return await answer(request, self._key, self._limits, self._state)

    def _keep(self, task: asyncio.Task[None]) -> None:
        """Hold a task until it is done: the event loop itself does not."""
        self._asked.add(task)
        task.add_done_callback(self._asked.discard)

    @property
    def _key(self) -> str:
        return f"page {self._session.id}"

    async def _show(self, state: State) -> None:
        await self.send("busy", {"view": state.view})
        loop = asyncio.get_running_loop()

        def tell(done: int, total: int) -> None:
            if monotonic() - self._told > PROGRESS_EVERY_S:
                self._told = monotonic()
                self._keep(loop.create_task(self.send("progress", {"done": done, "total": total})))

        build = partial(VIEW_BUILDERS[state.view], state)
        try:
            panel = await jobs.compute(self._key, build, tell, self._limits.seconds)
        except Refused as error:
            await self._fail(f"Regimen {error.letter} is refused.", {error.letter.lower(): str(error)})
        except (InputError, RunFailed, AttributionFailed, jobs.Busy, jobs.TooLong, jobs.Stopped) as error:
            await self._fail(f"Not computed: {error}.", {})
        else:
            await self.send("panel", asdict(panel))

    async def _fail(self, sentence: str, problems: dict[str, str]) -> None:
        await self.send("failed", {"sentence": sentence, "problems": problems})

    async def _explain(self, key: str, state: State) -> None:
        try:
            found = await jobs.compute(self._key, partial(detail, key, state), seconds=self._limits.seconds)
            await self.send("detail", asdict(found))
        except (InputError, jobs.Busy, jobs.TooLong, jobs.Stopped) as error:
            await self._fail(str(error), {})
