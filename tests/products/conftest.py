"""Run the command line in this process."""

import sys
from types import SimpleNamespace

import pytest

from ivigsim.cli import main


@pytest.fixture
def ivigsim(tmp_path, monkeypatch, capsys):
    """A function from arguments to exit code, standard output and standard error, run in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)  # typer replaces it
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["ivigsim", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            main()
        printed = capsys.readouterr()
        return SimpleNamespace(code=stop.value.code, out=printed.out, err=printed.err)

    return run
