"""What a trial prints and draws."""

import io

import numpy as np
import polars as pl
import pytest
from matplotlib.figure import Figure
from rich.console import Console

from ivigsim.report.trial_figure import draw_counts, draw_power, draw_responses, draw_times
from ivigsim.report.trial_text import print_analysis
from ivigsim.trials.statistics import Design, analyse

NAMES = ("IVIG 0.4 g/kg daily x5 [low]", "IVIG 1 g/kg daily x2", "untreated")


@pytest.fixture(scope="module", params=["parallel", "paired"])
def found(request):
    rng = np.random.default_rng(1)
    frames = []
    people = rng.lognormal(2.5, 0.5, 60)
    for place, arm in enumerate(NAMES):
        base = people if request.param == "paired" else rng.lognormal(2.5, 0.5, 60)
        day_7 = base * np.exp(1.2 + 0.5 * place + rng.normal(0, 0.4, 60))
        frames.append(
            pl.DataFrame(
                {
                    "arm": arm,
                    "replicate": np.repeat([0, 1, 2], 20),
                    "patient": np.tile(np.arange(20), 3),
                    "failed": np.arange(60) == place,
                    "dropped_out_d": pl.Series([3.0, *[None] * 59]),
                    "rescued_d": pl.Series([*[None] * 59, 7.0]),
                    "rescues": (np.arange(60) == 59).astype(int),
                    "ivig_g": 140.0 - 70 * place,
                    "baseline_1e9_per_l": base,
                    "count_day_7": day_7,
                    "day_7": day_7 >= 50,
                    "t50_d": np.where(day_7 >= 50, 7.0, 28.0),
                    "t50_event": day_7 >= 50,
                }
            )
        )
    labels = {"day_7": "at least 50e9/L and 2 times baseline by day 7 of the trial", "t50": "time to 50e9/L"}
    design = Design(request.param, NAMES, NAMES[0], ("day_7",), ("t50",), (7.0,), 60.0, "EUR", labels=labels)
    return analyse(pl.concat(frames), design)


def printed(found):
    out = io.StringIO()
    print_analysis(found, "A [b] trial", "Kept: here", 1.5, Console(file=out, width=80, highlight=False))
    return out.getvalue()


def test_text_fits_80_columns_and_cuts_nothing(found):
    lines = printed(found).splitlines()
    assert max(map(len, lines)) <= 80
    assert not any("…" in line for line in lines)


def test_text_says_what_kind_of_trial_it_is(found):
    text = printed(found)
    word = "PAIRED counterfactuals" if found.design.kind == "paired" else "PARALLEL groups"
    assert text.count(word) == 1
    assert "never for treatment decisions" in text
    assert "A: IVIG 0.4 g/kg daily x5 [low]" in text  # no markup is read from a name
    assert ("McNemar" in text) == (found.design.kind == "paired")
    assert ("log-rank." in text or "p: log-rank;" in text) == (found.design.kind == "parallel")
    assert "3 failed" in text


def test_figures_name_the_kind_of_trial_and_every_arm(found):
    word = "PAIRED" if found.design.kind == "paired" else "PARALLEL"
    for figure in (draw_responses(found), draw_times(found, "t50"), draw_counts(found), draw_power(found)):
        assert isinstance(figure, Figure)
        assert any(text.get_text().startswith(word) for text in figure.texts)
        figure.canvas.draw()


def test_numbers_at_risk_are_those_of_the_curve(found):
    figure = draw_times(found, "t50")
    curve = found.times[0].curves[0].curve
    assert f"{curve.at_risk[0]:,}" in [text.get_text() for text in figure.axes[0].texts]
