"""The page put together as a Shiny app."""

from __future__ import annotations

import threading

from shiny import App, Inputs, Outputs, Session, ui

from ivigsim.web.limits import Limits
from ivigsim.web.page.server import serve_session
from ivigsim.web.page.skeleton import dependencies, document


def create_page(limits: Limits | None = None, *, warm: bool = True) -> App:
    """Return the page, to be mounted at the root of a server.

    Parameters
    ----------
    limits : Limits, optional
        How much work one view may ask for.
    warm : bool
        Compile the usual models in the background, so that the first visitor need not wait.

    Examples
    --------
    >>> page = create_page(warm=False)
    >>> "ivigsim explorer" in page.ui["html"]
    True
    """
    taken = limits or Limits()

    def server(input: Inputs, output: Outputs, session: Session) -> None:  # noqa: A002  # Shiny's name
        del output
        serve_session(input, session, taken)

    if warm:
        threading.Thread(target=warm_up, name="ivigsim-warm-up", daemon=True).start()
    return App(ui.page_html(document(), extra_deps=dependencies()), server)


def warm_up() -> None:
    """Compile the model as the first views use it: each set of outputs and dose inputs once."""
    from ivigsim.engine.simulation import OUTPUTS
    from ivigsim.outcomes import RED_CELL_OUTPUTS
    from ivigsim.run import simulate

    for outputs in (tuple(OUTPUTS), ("platelets",), RED_CELL_OUTPUTS):
        simulate("IVIG 1 g/kg", patients=8, days=1, outputs=outputs, threads=1)
    simulate(None, patients=8, days=1, outputs=tuple(OUTPUTS), threads=1)
