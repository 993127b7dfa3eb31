"""The outermost layer: who may ask, how much, under which id; headers, a log line, no traceback."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection, Mapping
from time import perf_counter
from urllib.parse import urlsplit
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ivigsim.web.headers import security_headers
from ivigsim.web.logs import Log
from ivigsim.web.problems import FAILED, STOPPED, problem

REQUEST_ID = "X-Request-ID"
_WELL_FORMED_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_SAFE = ("GET", "HEAD", "OPTIONS")


class Gate:
    """Wraps the whole server.

    Parameters
    ----------
    app : ASGI application
    log : Log
    body_bytes : int
        Largest body.
    hosts : collection of str, optional
        Names by which the server may be asked; None takes any. A page elsewhere that has its own name point
        here (DNS rebinding) is then refused.
    """

    def __init__(
        self,
        app: ASGIApp,
        log: Log,
        body_bytes: int,
        hosts: Collection[str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._app = app
        self._log = log
        self._body_bytes = body_bytes
        self._headers = security_headers() if headers is None else headers
        self._hosts = None if hosts is None else {host.lower() for host in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = perf_counter()
        headers = Headers(scope=scope)
        given = headers.get(REQUEST_ID, "")
        id_ = given if _WELL_FORMED_ID.fullmatch(given) else uuid4().hex
        scope.setdefault("state", {})["request_id"] = id_
        status = 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                out = MutableHeaders(scope=message)
                out[REQUEST_ID] = id_
                for name, value in self._headers.items():
                    out.setdefault(name, value)
            await send(message)

        refused = self._refusal(scope, headers)
        failure = None
        try:
            if refused is None:
                await self._app(scope, self._limited(receive), answer)
            else:
                await problem(*refused, id_)(scope, receive, answer)
        except asyncio.CancelledError:  # the server is being stopped and does not wait any longer
            if not status:
                await problem(503, STOPPED, id_)(scope, receive, answer)
        except HTTPException as error:  # a body too large, where nobody else answers for it
            if not status:
                await problem(error.status_code, error.detail, id_)(scope, receive, answer)
        except Exception as error:  # noqa: BLE001  # whatever it is, the server goes on
            failure = error
            if not status:
                await problem(500, FAILED, id_)(scope, receive, answer)
        finally:
            self._write(scope, id_, status, began, failure)

    def _write(self, scope: Scope, id_: str, status: int, began: float, failure: Exception | None) -> None:
        fields = {
            "request_id": id_,
            "client": (scope.get("client") or ("",))[0],
            "method": scope["method"],
            "path": scope["path"],
            "status": status,
            "milliseconds": round(1000 * (perf_counter() - began), 1),
        }
        if failure is None:
            self._log.info("request", **fields)
        else:
            self._log.error("request failed", **fields, exc_info=failure)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        refused = self._refusal(scope, Headers(scope=scope))
        if refused is None:
            await self._app(scope, receive, send)
            return
        self._log.info("socket refused", path=scope["path"], reason=refused[1])
        await receive()  # websocket.connect
        await send({"type": "websocket.close", "code": 1008, "reason": refused[1][:100]})

    def _refusal(self, scope: Scope, headers: Headers) -> tuple[int, str] | None:
        """Return status and sentence when a request may not come in."""
        host = headers.get("host", "")
        if self._hosts is not None and _name(host) not in self._hosts:
            return 400, (
                f"this server is not called {_name(host)[:60]!r};"
                f" accepted: {', '.join(sorted(self._hosts))}, or a name given with --allow-host"
            )
        origin = headers.get("origin")
        asks_only = scope["type"] == "http" and scope["method"] in _SAFE
        if origin is not None and not asks_only and origin_host(origin) != host.lower():
            return (
                403,
                f"a page of another origin, {origin[:60]!r}, may not ask; accepted: pages of this server",
            )
        length = headers.get("content-length", "0")
        if scope["type"] == "http" and not (length.isdecimal() and _at_most(length, self._body_bytes)):
            return 413, self._too_large()
        return None

    def _too_large(self) -> str:
        return f"the body is too large; accepted: at most {self._body_bytes} bytes"

    def _limited(self, receive: Receive) -> Receive:
        """Count a body that does not say how long it is."""
        size = 0

        async def counted() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > self._body_bytes:
                raise HTTPException(413, self._too_large())
            return message

        return counted


def _at_most(digits: str, most: int) -> bool:
    return len(digits) <= 18 and int(digits) <= most  # longer ones Python would not even read


def _name(host: str) -> str:
    """Return the name in a Host header, without the port.

    Examples
    --------
    >>> _name("localhost:8000"), _name("[::1]:8000")
    ('localhost', '::1')
    """
    return (_split(f"//{host}") or "").lower()


def _split(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


def origin_host(origin: str) -> str:
    """Return host and port of an origin, empty for one that is no address.

    Examples
    --------
    >>> origin_host("http://localhost:8000"), origin_host("null")
    ('localhost:8000', '')
    """
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""
