"""`ivigsim serve`: the web page and the JSON API on this machine."""

from __future__ import annotations

import webbrowser
from importlib import import_module
from typing import Annotated

import typer

from ivigsim.errors import InputError

MISSING = "the web page needs an extra; accepted: `pip install 'ivigsim[web]'`, then again"


def serve(
    host: Annotated[
        str, typer.Option(help="Address to listen on; others than this machine's own let others in.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")] = 8000,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A name by which browsers may ask for this server; repeatable."),
    ] = None,
    page: Annotated[
        bool, typer.Option("--page/--no-page", help="Serve the page beside the JSON API.")
    ] = True,
    open_: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in a browser.")] = False,
    seconds: Annotated[float, typer.Option(help="Longest time a request may compute.")] = 60.0,
    patient_days: Annotated[
        int, typer.Option(help="Largest request, in patients x (days + 20 per dose) over its simulations.")
    ] = 5_000_000,
) -> None:
    """Serve the web page and the JSON API.

    On this machine only, unless --host says otherwise. Ctrl-C stops it.
    """
    from ivigsim.checks import check_whole

    check_whole("--port", port, 0, 65_535)
    check_whole("--patient-days", patient_days, 1, 10**12)
    if not 1 <= seconds <= 86_400:
        raise InputError(f"--seconds is {seconds:g}; accepted: 1 to 86400")
    try:
        if page:
            import_module("ivigsim.web.page")
        from ivigsim.web.app import LOOPBACK, create_app
        from ivigsim.web.limits import Limits
        from ivigsim.web.server import is_loopback, listen, serve_app
    except ModuleNotFoundError as error:
        raise InputError(f"{error.name} is not installed: {MISSING}") from None
    listening = listen(host, port)
    port = listening.getsockname()[1]
    own = is_loopback(listening)
    names = {*LOOPBACK, *(allow_host or ()), host} if own or allow_host else None
    app = create_app(limits=Limits(patient_days=patient_days, seconds=seconds), hosts=names, page=page)
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    if not own:
        typer.echo(
            f"Note: {host} can be reached from other machines, without a password and without encryption;"
            " anyone there can use this one's processors.",
            err=True,
        )
    typer.echo(f"ivigsim is at {address} (API: {address}/api/v1/docs); Ctrl-C stops it.", err=True)
    if open_:
        webbrowser.open(address)
    serve_app(app, listening)
    typer.echo("Stopped.", err=True)
