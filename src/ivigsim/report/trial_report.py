"""A stored run read back and written as its report."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ivigsim.report.trial_page import trial_page
from ivigsim.report.trial_sections import SHOWN
from ivigsim.trials.loading import stored_scenario
from ivigsim.trials.store import RunStore
from ivigsim.trials.trial import Trial


def written_report(run: Path) -> str:
    """Return the report of a complete run as HTML.

    Parameters
    ----------
    run : Path
        Folder of the run.

    Raises
    ------
    InputError
        When the folder holds no run or one that is not complete, or a library is missing.
    """
    store = RunStore.open(run)
    scenario = stored_scenario(store.scenario)
    trial = Trial(scenario, store.scenario, run, run)
    patients = store.patients().select(SHOWN).collect()
    return trial_page(scenario, store.scenario, patients, trial.analysis(), _made(store))


def _made(store: RunStore) -> Mapping[str, object]:
    """Return what the run was made with."""
    record, manifest = store.record, store.manifest
    return {
        "Run": store.path.name,
        "Begun": record.created,
        "Versions": ", ".join(f"{name} {version}" for name, version in record.versions.items()),
        "Chunks": f"{record.chunks:,} files, {record.patients:,} simulated patients",
        "SHA-256 of the run": manifest.sha256 if manifest else "",
        **{f"SHA-256 of {name}": value for name, value in record.inputs.items()},
    }
