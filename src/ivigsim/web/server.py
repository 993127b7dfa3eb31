"""Listen, serve, and stop without waiting for long computations."""

from __future__ import annotations

import socket
from contextlib import closing, suppress
from ipaddress import ip_address

import uvicorn
from starlette.types import ASGIApp

from ivigsim.errors import InputError
from ivigsim.web.jobs import close_shared_pool

MOST_CONNECTIONS = 200
LARGEST_MESSAGE_BYTES = 1_000_000
"""Of a web socket; the page sends far smaller ones."""
GRACE_S = 3
"""Time for answers that are on their way when the server is stopped."""


class Server(uvicorn.Server):
    """A server that stops its computations before it waits for its answers."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop."""
        close_shared_pool()
        await super().shutdown(sockets)


def serve_app(app: ASGIApp, listening: socket.socket) -> None:
    """Serve until Ctrl-C."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,  # the gate writes one line per request
        server_header=False,
        ws_max_size=LARGEST_MESSAGE_BYTES,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_graceful_shutdown=GRACE_S,
    )
    with closing(listening), suppress(KeyboardInterrupt):  # the usual way to stop it
        Server(config).run(sockets=[listening])


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens.

    Parameters
    ----------
    host : str
        Name or address of this machine.
    port : int
        0 takes a free one.

    Raises
    ------
    InputError
        When there is no such address here, or the port is in use.

    Examples
    --------
    >>> with listen("127.0.0.1", 0) as listening:
    ...     is_loopback(listening)
    True
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (socket.gaierror, UnicodeError):
        raise InputError(
            f"--host is {host!r}; accepted: an address of this machine (nearest: 127.0.0.1)"
        ) from None
    found = socket.socket(family, kind)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(address)
        found.listen()
    except OSError as error:
        found.close()
        raise InputError(
            f"cannot listen on {host}, port {port} ({error.strerror}); accepted: an address of this machine"
            " and a free port (nearest: --port 0, which takes any)"
        ) from None
    return found


def is_loopback(listening: socket.socket) -> bool:
    """Say whether only this machine reaches a socket."""
    return ip_address(str(listening.getsockname()[0])).is_loopback
