"""Measure ivigsim on this machine: one run, a table on standard output, all numbers in a JSON file.

python benchmarks/run.py [--quick] [--only NAME ...] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

import against_roadrunner
import attribution
import cold_start
import explorer
import machine
import scaling
import throughput

import trials

SECTIONS = {
    "roadrunner": against_roadrunner.measure,
    "throughput": throughput.measure,
    "cold_start": cold_start.measure,
    "scaling": scaling.measure,
    "attribution": attribution.measure,
    "trials": trials.measure,
    "explorer": explorer.measure,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer rounds and at most 1e5 patients")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=list(SECTIONS), help="some sections")
    parser.add_argument("--json", type=Path, default=Path(__file__).with_name("results.json"), metavar="FILE")
    chosen = parser.parse_args()
    results: dict[str, Any] = {"machine": machine.describe(), "quick": chosen.quick}
    for name in chosen.only:
        print(f"measuring {name} ...", flush=True)
        results[name] = SECTIONS[name](chosen.quick)
    results["machine"]["load_after"] = round(os.getloadavg()[0], 2)
    chosen.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    print("\n| what | measured | wanted |\n| --- | --- | --- |")
    for row in table(results):
        print("| " + " | ".join(row) + " |")


def table(results: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Rows of what was measured, how much, and what was wanted."""
    rows = [("machine", ", ".join(f"{k} {v}" for k, v in results["machine"].items()), "")]
    for name, add in (
        ("roadrunner", _roadrunner),
        ("throughput", _throughput),
        ("cold_start", _cold_start),
        ("scaling", _scaling),
        ("attribution", _attribution),
        ("trials", _trials),
        ("explorer", _explorer),
    ):
        if name in results:
            rows += add(results[name])
    return rows


LABELS = {
    "events": "libRoadRunner, doses as events",
    "segments": "libRoadRunner, stopped at dose edges",
    "events, smaller model": "libRoadRunner, doses as events, drugs nobody gets left out",
    "segments, smaller model": "libRoadRunner, stopped at dose edges, drugs nobody gets left out",
}


def _roadrunner(found: dict[str, Any]) -> list[tuple[str, str, str]]:
    rows = [
        (f"ms per patient, one core: {LABELS.get(name, name)}", f"{ms:.3g}", "")
        for name, ms in found["ms_per_patient"].items()
    ]
    ratio = found["ratio"]
    spread = f"{ratio['median']:.1f} ({ratio['min']:.1f} to {ratio['max']:.1f}, {found['rounds']} rounds)"
    rows.append(("times faster than the fastest of these: median (range)", spread, "at least 30"))
    error = found["largest_relative_error"]
    errors = f"ivigsim {error['ivigsim']:.1g}, libRoadRunner {error[found['fastest_roadrunner']]:.1g}"
    rows.append(("largest relative error at tolerance 1e-6", errors, ""))
    rows.append(("libRoadRunner: loading the SBML, s", f"{found['roadrunner_load_s']:.2f}", ""))
    return rows


def _throughput(found: dict[str, Any]) -> list[tuple[str, str, str]]:
    rows = []
    for name, rate in found["per_second"].items():
        wanted = "at least 8,000" if name == "two threads" else ""
        spread = f"{rate['median']:,.0f} ({rate['min']:,.0f} to {rate['max']:,.0f})"
        rows.append((f"patients per second, {name}", spread, wanted))
    rows.append(("two threads / one thread", f"{found['two_threads_over_one']:.2f}", ""))
    rows.append(("two processes / one thread", f"{found['two_processes_over_one_thread']:.2f}", ""))
    rows.append(("ivigsim: reading and compiling the model, s", f"{found['compile_s']:.2f}", ""))
    return rows


def _cold_start(found: dict[str, Any]) -> list[tuple[str, str, str]]:
    if "skipped" in found:
        return [("cold start", f"skipped: {found['skipped']}", "")]
    wanted = {"help": "at most 0.5", "1,000 patients": "at most 4"}
    return [
        (
            f"cold start, {name}, s",
            f"{t['median_s']:.2f} ({t['min_s']:.2f} to {t['max_s']:.2f})",
            wanted[name],
        )
        for name, t in found.items()
    ]


def _scaling(found: dict[str, Any]) -> list[tuple[str, str, str]]:
    rows = [
        (
            f"{p['patients']:,} patients, endpoints only: s, peak GB",
            f"{p['seconds']:.3g}, {p['peak_gb']:.2f}",
            "",
        )
        for p in found["by_patients"]
    ]
    if found["by_patients"][-1]["patients"] == 10**6:
        rows[-1] = (*rows[-1][:2], "below 1.5 GB")
    rows.append(("slope in patients (log-log)", f"{found['slope_in_patients']:.2f}", "about 1"))
    rows += [(f"{p['days']} days: s", f"{p['seconds']:.3g}", "") for p in found["by_days"]]
    line = found["straight_line_in_days"]
    rows.append(("slope in days (log-log)", f"{found['slope_in_days']:.2f}", "at most 1"))
    rows.append(("straight line in days: r squared", f"{line['r_squared']:.4f}", "near 1"))
    return rows


def _attribution(found: dict[str, Any]) -> list[tuple[str, str, str]]:
    rows = []
    for patients, run in found["by_patients"].items():
        what = f"attribution, {int(patients):,} patients x {run['simulations_per_patient']:g}, 35 days"
        spread = f"{run['median_s']:.1f} ({run['min_s']:.1f} to {run['max_s']:.1f}), {run['peak_gb']:.2f}"
        rows.append((f"{what}: s, peak GB", spread, "at most 20 s" if patients == "1000" else ""))
    rows.append(("`ivigsim explain` without its figure, s", f"{found['command_s']:.1f}", ""))
    return rows


def _trials(found: dict[str, Any]) -> list[tuple[str, str, str]]:
    rows = [
        (
            f"`ivigsim trial`, {p['patients']:,} patients, two workers: s, peak GB in all, MB stored",
            f"{p['seconds']:.3g}, {p['peak_gb']:.2f}, {p['stored_mb']:.1f}",
            "at most 120 s, below 1.5 GB" if p["patients"] == 10**6 else "",
        )
        for p in found["by_patients"]
    ]
    ratio, parquet = found["two_workers_over_one"], found["parquet"]
    rows.append(
        ("ten times the patients, last step: times the seconds", f"{found['last_decade']:.1f}", "at most 10")
    )
    spread = f"{ratio['median']:.2f} ({ratio['min']:.2f} to {ratio['max']:.2f})"
    rows.append(("two workers against one", spread, "at least 1.8"))
    rows.append(("Parquet, share of the work", f"{100 * parquet['share']:.1f}%", ""))
    rows.append(("Parquet, bytes per patient", f"{parquet['bytes_per_patient']:.0f}", ""))
    return rows


def _explorer(found: dict[str, Any]) -> list[tuple[str, str, str]]:
    rows = []
    for name, words in (("one_regimen_changed", "one regimen changed"), ("both_changed", "both changed")):
        t = found[name]
        spread = f"{t['median_s']:.2f} ({t['min_s']:.2f} to {t['max_s']:.2f})"
        rows.append((f"explorer, 500 patients, two regimens, {words}: server, s", spread, "at most 0.5"))
    users = found["ten_users"]
    spread = f"{users['median_s']:.2f} ({users['first_s']:.2f} to {users['last_s']:.2f})"
    rows.append(("explorer, ten users at once: median, first and last served, s", spread, ""))
    return rows


if __name__ == "__main__":
    main()
