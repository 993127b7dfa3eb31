"""The commands put together, and every wrong input turned into one sentence and exit code 2."""

from __future__ import annotations

import io
import re
import sys
import warnings
from typing import Annotated, Any, NoReturn

import typer
from typer.exceptions import TyperException

from ivigsim._version import __version__
from ivigsim.cli.biomarkers import biomarkers
from ivigsim.cli.calibrate import calibrate
from ivigsim.cli.evidence import evidence
from ivigsim.cli.explain import explain
from ivigsim.cli.guidance import guidance
from ivigsim.cli.indications import indications
from ivigsim.cli.lists import parameters, populations, switches
from ivigsim.cli.optimise import optimise
from ivigsim.cli.pathogens import pathogens
from ivigsim.cli.plan import plan
from ivigsim.cli.products import products
from ivigsim.cli.redcell import redcell
from ivigsim.cli.report import report
from ivigsim.cli.runs import runs
from ivigsim.cli.safety import safety
from ivigsim.cli.sbml import sbml
from ivigsim.cli.serve import serve
from ivigsim.cli.simulate import simulate
from ivigsim.cli.trial import trial
from ivigsim.cli.validate import validate
from ivigsim.errors import InputError, nearest, unknown

_NUMBERS = {"int_parsing": "a whole number", "int_from_float": "a whole number", "float_parsing": "a number"}

app = typer.Typer(
    name="ivigsim",
    help="Simulate intravenous immunoglobulin (IVIG) in immune thrombocytopenia (ITP)."
    " For research and teaching; never for treatment decisions.",
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(simulate)
app.command()(explain)
app.command()(redcell)
app.command()(biomarkers)
app.command()(safety)
app.command()(pathogens)
app.command()(indications)
app.command()(guidance)
app.command()(products)
app.command()(plan)
app.command()(trial)
app.command()(runs)
app.command()(report)
app.command()(optimise)
app.command()(serve)
app.command()(sbml)
app.command()(populations)
app.command()(switches)
app.command()(parameters)
app.command()(evidence)
app.command()(calibrate)
app.command()(validate)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"ivigsim {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _start(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and stop.")
    ] = False,
) -> None:
    del version  # its callback has acted
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main() -> None:
    """Run the command line of this process and exit."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without "≥" shows "?" instead of failing
    warnings.showwarning = _note
    try:
        code = app(prog_name="ivigsim", standalone_mode=False)
    except InputError as error:
        _stop(str(error), 2)
    except TyperException as error:
        _stop(_sentence(error), error.exit_code)
    except OSError as error:
        _stop(f"cannot write {error.filename or 'the output'}: {error.strerror}", 1)
    except KeyboardInterrupt:
        code = 130
    if code == 130:
        typer.echo("Interrupted.", err=True)
    sys.exit(code if isinstance(code, int) else 0)


def _note(message: Warning | str, *_: object, **__: object) -> None:
    """Show a warning as one sentence, beside the results and not among them."""
    typer.echo(f"Note: {message}", err=True)


def _stop(sentence: str, code: int) -> NoReturn:
    typer.echo(f"Error: {sentence}", err=True)
    sys.exit(code)


def _sentence(error: Any) -> str:
    """Return a complaint of typer's, a TyperException, in the words of the rest of ivigsim."""
    context: Any = getattr(error, "ctx", None)
    option = getattr(error, "option_name", None)
    path = context.command_path if context else "ivigsim"
    accepted = f"accepted: what '{path} --help' lists"
    text = str(error.format_message()).rstrip(".")
    if command := re.match(r"No such command '(.*?)'", text):
        return str(unknown("command", command[1], context.command.commands))
    if text.startswith("No such option"):
        known = [name for each in context.command.params for name in each.opts]
        close = nearest(str(option), known)
        return f"unknown option {str(option)!r}; {accepted}" + (f" (nearest: '{close}')" if close else "")
    wrong: list[Any] = getattr(error.__cause__, "errors", list)()  # pydantic's, of a number that is none
    if wrong and (number := _NUMBERS.get(wrong[0]["type"])):
        return f"{error.param.opts[0]} is {wrong[0]['input']!r}; accepted: {number}"
    return f"{text[:1].lower()}{text[1:]}; {accepted}"
