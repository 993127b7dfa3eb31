"""The server put together: page, API and health behind one gate."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp

from ivigsim._version import __version__
from ivigsim.web import jobs
from ivigsim.web.api import PREFIX, create_api
from ivigsim.web.gate import Gate
from ivigsim.web.headers import security_headers
from ivigsim.web.limits import Limits
from ivigsim.web.logs import Log, make_log
from ivigsim.web.models import Health
from ivigsim.web.problems import HANDLERS

LOOPBACK = ("127.0.0.1", "::1", "localhost")


async def health(request: Request) -> Response:
    """Answer that the server works, and how busy it is."""
    del request
    pool = jobs.shared_pool()
    found = Health(status="ok", ivigsim=__version__, running=pool.running, waiting=pool.waiting)
    return JSONResponse(found.model_dump())


@asynccontextmanager
async def _until_stopped(app: Starlette) -> AsyncIterator[None]:
    del app
    try:
        yield
    finally:
        jobs.close_shared_pool()


def create_app(
    *,
    limits: Limits | None = None,
    hosts: Collection[str] | None = LOOPBACK,
    log: Log | None = None,
    page: bool = True,
) -> ASGIApp:
    """Return the server as an ASGI application.

    Parameters
    ----------
    limits : Limits, optional
    hosts : collection of str, optional
        Names by which it may be asked, those of this machine unless given; None takes any.
    log : Log, optional
        Standard error unless given.
    page : bool
        Serve the page at "/", beside the API.

    Examples
    --------
    >>> app = create_app(page=False)
    """
    limits = limits or Limits()
    routes: list[BaseRoute] = [
        Route("/healthz", health),
        Mount(PREFIX, create_api(limits)),
    ]
    pages: list[str] = []
    if page:
        from ivigsim.web.page import create_page

        shown = create_page(limits)
        routes.append(Mount("/", shown))
        if not callable(shown.ui):  # else made anew for each visitor
            pages.append(shown.ui["html"])
    inner = Starlette(routes=routes, lifespan=_until_stopped, exception_handlers=HANDLERS)
    return Gate(inner, log or make_log(), limits.body_bytes, hosts, security_headers(pages))
