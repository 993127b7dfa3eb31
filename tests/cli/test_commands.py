"""The smaller commands, help, and how fast it starts."""

import subprocess
import sys
from pathlib import Path

import pytest

from ivigsim import __version__
from ivigsim.model.parameters import load_parameters, switches
from ivigsim.model.sbml import check_sbml
from ivigsim.patients.population import population_names


def test_the_version_is_the_package_s(ivigsim):
    run = ivigsim("--version")
    assert (run.code, run.out, run.err) == (0, f"ivigsim {__version__}\n", "")


@pytest.mark.parametrize("arguments", [(), ("--help",), ("-h",)])
def test_help_lists_the_commands(ivigsim, arguments):
    run = ivigsim(*arguments)
    assert run.code == 0
    assert all(name in run.out for name in ("simulate", "sbml", "populations", "switches", "parameters"))


@pytest.mark.parametrize("command", ["simulate", "sbml", "populations", "switches", "parameters"])
def test_every_command_has_help(ivigsim, command):
    assert "Usage: ivigsim" in ivigsim(command, "--help").out


def test_populations_are_listed_with_their_source(ivigsim):
    out = ivigsim("populations").out
    assert all(name in out for name in population_names())
    assert "E019" in out


def test_switches_are_listed_with_their_default(ivigsim):
    lines = ivigsim("switches").out.splitlines()
    for name, on in switches().items():
        assert next(line for line in lines if line.startswith(name)).split()[1] == ("on" if on else "off")


def test_every_parameter_is_listed(ivigsim):
    out = ivigsim("parameters").out
    assert all(row.id in out for row in load_parameters().values() if not row.is_switch)


def test_one_parameter_is_shown_in_full(ivigsim):
    out = ivigsim("parameters", "baseline_suppression").out
    row = load_parameters()["baseline_suppression"]
    assert f"{row.value:g} dimensionless" in out
    assert f"SD of logit {row.spread:g}" in out
    assert row.source.split()[0] in out


def test_sbml_of_a_patient_is_valid(ivigsim):
    run = ivigsim("sbml", "IVIG 1 g/kg daily x2", "--patient", 3)
    assert run.code == 0
    assert "<event " in run.out
    assert not [line for line in check_sbml(run.out) if ": Error" in line or ": Fatal" in line]


def test_sbml_goes_to_a_file(ivigsim):
    run = ivigsim("sbml", "IVIG 1 g/kg", "--patient", 3, "--out", "new/patient.xml")
    assert (run.code, run.out) == (0, "Patient 3: new/patient.xml\n")
    assert Path("new/patient.xml").read_text().startswith("<?xml")


def test_help_imports_nothing_heavy():
    code = (
        "import contextlib, io, sys\n"
        "sys.argv = ['ivigsim', 'simulate', '--help']\n"
        "from ivigsim.cli import main\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):\n"
        "    main()\n"
        "print(*sys.modules)"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    heavy = {"numpy", "polars", "heyoka", "matplotlib", "libsbml", "antimony", "pint", "pandas"}
    assert not heavy.intersection(loaded)
