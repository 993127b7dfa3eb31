"""The command line; `ivigsim --help` lists the commands."""

from ivigsim.cli.entry import app, main

__all__ = ["app", "main"]
