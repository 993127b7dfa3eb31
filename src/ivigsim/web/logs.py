"""Structured logs on standard error: a line of JSON each, or readable lines at a terminal."""

from __future__ import annotations

import sys
from typing import Any, Protocol, TextIO


class Log(Protocol):
    """What a log is asked to do."""

    def info(self, event: str, **fields: Any) -> Any:
        """Write a line."""

    def error(self, event: str, **fields: Any) -> Any:
        """Write a line about a failure; `exc_info=True` adds the traceback."""


def make_log(stream: TextIO | None = None, *, json: bool | None = None) -> Log:
    """Return a log.

    Parameters
    ----------
    stream : text file, optional
        Standard error unless given.
    json : bool, optional
        Lines of JSON; by default when the stream is no terminal.

    Examples
    --------
    >>> import io
    >>> text = io.StringIO()
    >>> make_log(text, json=True).info("request", status=200)
    >>> text.getvalue()[:38]
    '{"status": 200, "event": "request", "l'
    """
    import structlog

    stream = stream or sys.stderr
    as_json = not stream.isatty() if json is None else json
    render: list[Any] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
        if as_json
        else [structlog.dev.ConsoleRenderer(colors=False)]
    )
    log: Log = structlog.wrap_logger(
        structlog.WriteLogger(stream),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *render,
        ],
        wrapper_class=structlog.BoundLogger,
        cache_logger_on_first_use=True,
    )
    return log
