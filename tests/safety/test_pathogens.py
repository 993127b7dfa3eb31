"""Pathogen safety: factors add over mechanisms, bounds stay bounds, the arithmetic is that of the page."""

import json
from math import expm1
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from ivigsim.cli.entry import app
from ivigsim.errors import InputError
from ivigsim.safety.pathogens import AGENTS, Donors, reduction, residual_risk
from ivigsim.safety.pathogens.facts import load_facts
from ivigsim.safety.pathogens.reduction import process_of, processes
from ivigsim.safety.pathogens.residual import YIELD_G_PER_L

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "facts" / "pathogen_safety.tsv"
COPY = ROOT / "src" / "ivigsim" / "safety" / "pathogens" / "pathogen_safety.tsv"
FIXED = {"per_donation": 1e-4, "pool": 5000.0, "titre_log10": (4.0, 4.0)}


@pytest.mark.skipif(not SHARED.exists(), reason="the facts are not beside the project")
def test_the_table_is_that_of_the_facts():
    assert COPY.read_bytes() == SHARED.read_bytes()


def test_every_reduction_has_a_mechanism_and_a_source():
    for fact in load_facts().values():
        assert fact.source or fact.doubt, fact.id
        if fact.log10 is not None:
            assert fact.mechanism


@pytest.mark.parametrize("process", processes())
@pytest.mark.parametrize("agent", AGENTS)
def test_each_mechanism_counts_once_and_every_part_is_a_row(process, agent):
    found = reduction(process, agent)
    mechanisms = [part.mechanism for part in found.parts]
    assert len(set(mechanisms)) == len(mechanisms)
    for part in found.parts:
        assert load_facts()[part.fact.id].log10 == part.log10
        assert part.fact.counts
    assert found.log10 == pytest.approx(sum(part.log10 for part in found.parts))
    assert found.at_least == any(part.fact.at_least for part in found.parts)


def test_steps_that_act_alike_are_not_added():
    found = reduction("Gammagard S/D", "HIV")
    (ethanol,) = (part for part in found.parts if part.mechanism == "partitioning")
    # two ethanol steps, 5.7 and 4.9: the larger alone
    assert ethanol.log10 == 5.7
    assert [fact.log10 for fact in ethanol.others] == [4.9]


def test_what_the_source_does_not_count_is_shown_and_not_added():
    found = reduction("Gammagard S/D", "HCV")
    assert [fact.id for fact in found.not_counted] == ["gsd_step1_BVDV"]
    assert found.log10 == pytest.approx(1.3 + 6)


def test_solvent_and_detergent_do_nothing_without_an_envelope():
    for agent in ("HAV", "B19"):
        parts = {part.mechanism: part.log10 for part in reduction("Gammagard S/D", agent).parts}
        assert parts["solvent/detergent"] == 0


def test_by_hand():
    """One titre, one pool size: from donations to the patient in five multiplications."""
    risk = residual_risk(reduction("Gammagard S/D", "HCV"), [70.0], Donors(**FIXED))
    assert risk.contaminated.mean == pytest.approx(-expm1(-5000 * 1e-4))
    # one such donation: 1e4 copies/mL over 5,000 donations = 2 copies/mL; 70 g from 14 to 20 L hold 28,000 to
    # 40,000 copies; 10**-7.3 of them are left
    least = 2.0 * 70 * 1000 / YIELD_G_PER_L[1] * 10**-7.3
    most = 2.0 * 70 * 1000 / YIELD_G_PER_L[0] * 10**-7.3
    assert -expm1(-least) <= risk.per_dose.low <= risk.per_dose.median
    assert risk.per_dose.median <= -expm1(-most) * 1.01


def test_pools_that_hold_one_hold_a_poisson_number_above_0():
    donors = Donors(per_donation=2e-4, pool=10_000, titre_log10=(0.0, 0.0))
    risk = residual_risk(reduction("minipool IgG, caprylate", "HIV"), [1.0], donors)
    # mean number given at least one: 2 / (1 - exp(-2)) = 2.313
    per_copy = 1 / 10_000 * 1000 / np.mean(YIELD_G_PER_L) * 1e-5
    assert risk.per_gram.mean == pytest.approx(2.313 * per_copy, rel=0.03)


@settings(max_examples=25, deadline=None)
@given(
    st.floats(1e-7, 1e-3), st.floats(1000, 50_000), st.floats(5, 200), st.sampled_from(["HIV", "HCV", "HBV"])
)
def test_monotone(chance, pool, grams, agent):
    found = reduction("Gammagard S/D", agent)
    weaker = reduction("Gammagard S/D", agent, without=("solvent/detergent",))

    def risk(process=found, factor=1.0, more=1.0, times=1.0):
        donors = Donors(per_donation=chance * factor, pool=pool * more)
        return residual_risk(process, [grams * times], donors).overall_per_course

    base = risk()
    assert 0 <= base <= 1
    assert risk(weaker) >= base
    assert risk(factor=3) >= base * 0.99
    assert risk(times=3) >= base * 0.99
    found_pool = residual_risk(found, [grams], Donors(per_donation=chance, pool=pool * 2)).contaminated.mean
    assert (
        found_pool >= residual_risk(found, [grams], Donors(per_donation=chance, pool=pool)).contaminated.mean
    )


def test_a_lower_bound_makes_an_upper_bound():
    assert residual_risk(reduction("Gammagard S/D", "HCV"), [70.0]).at_most
    hav = residual_risk(reduction("Gammagard S/D", "HAV"), [70.0], Donors(per_donation=1e-6))
    assert not hav.at_most


def test_the_same_seed_gives_the_same_draws():
    found = reduction("Carimune NF", "HBV")
    assert residual_risk(found, [70.0], seed=3) == residual_risk(found, [70.0], seed=3)
    assert residual_risk(found, [70.0], seed=3) != residual_risk(found, [70.0], seed=4)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: process_of("Privigen"), "no reduction factors of 'Privigen'"),
        (lambda: reduction("Carimune NF", "HEV"), "unknown agent 'HEV'"),
        (lambda: reduction("Carimune NF", "HIV", ("solvent/detergent",)), "no step 'solvent/detergent'"),
        (lambda: residual_risk(reduction("Carimune NF", "HAV"), [70.0]), "--per-donation"),
        (lambda: Donors(per_donation=0.0), "per donation is 0"),
        (lambda: Donors(pool=0), "pool is 0"),
        (lambda: Donors(screening="PCR"), "unknown screening 'PCR'"),
        (lambda: Donors(titre_log10=(7, 2)), "titre is 7 to 2"),
        (lambda: residual_risk(reduction("Carimune NF", "HIV"), [0.0]), "each above 0"),
    ],
)
def test_wrong_inputs_are_refused_in_a_sentence(call, says):
    with pytest.raises(InputError, match="accepted") as refused:
        call()
    assert says in str(refused.value)


def test_command():
    run = CliRunner().invoke
    assert "Carimune NF" in run(app, ["pathogens"]).stdout
    text = run(app, ["pathogens", "--product", "Gammagard S/D"]).stdout
    assert "at most" in text
    assert "assumed" in text
    assert max(map(len, text.splitlines())) <= 80
    content = json.loads(run(app, ["pathogens", "--product", "Gammagard S/D", "--json"]).stdout)
    assert [each["agent"] for each in content["agents"]] == list(AGENTS)
    known = load_facts()
    rows = [part["row"] for each in content["agents"] for part in each.get("mechanisms", [])]
    assert rows
    assert set(rows) <= set(known)


def test_the_page_shows_what_the_commands_give():
    """The worked page of 1993-94: its figures are those of the commands beside them."""
    page = (ROOT / "docs" / "pathogens.md").read_text(encoding="utf-8")
    before = residual_risk(
        reduction("Gammagard S/D", "HCV", without=("solvent/detergent",)),
        [70.0, 70.0],
        Donors(1e-5, pool=10_000.0),
    )
    after = residual_risk(reduction("Gammagard S/D", "HCV"), [70.0, 70.0], Donors(1e-5, pool=10_000.0))
    now = residual_risk(reduction("Gammagard S/D", "HCV"), [70.0, 70.0])
    for risk in (before, after, now):
        assert f"{risk.overall_per_course:.2g}" in page
