"""Write the command-line page from the command line's own help."""

from __future__ import annotations

import subprocess
import sys


def cli_page(module: str = "ivigsim.cli", program: str = "ivigsim") -> str:
    """Return Markdown that lists every command and option of a typer app.

    Raises
    ------
    RuntimeError
        When typer cannot read the app.
    """
    # Typer writes this page itself; only its command line does so in public.
    run = subprocess.run(
        [sys.executable, "-m", "typer", module, "utils", "docs", "--name", program],
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode != 0:
        raise RuntimeError(f"typer cannot document {module}: {run.stderr.strip() or run.stdout.strip()}")
    # Inside code blocks Markdown shows these entities as they stand.
    page = run.stdout.replace("&quot;", '"').replace("&#x27;", "'")
    heading, _, body = page.partition("\n")
    return body if heading.startswith("# ") else page
