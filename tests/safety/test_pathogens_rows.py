"""Rows and reductions: every number is a row, factors add over mechanisms, bounds stay bounds."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivigsim.errors import InputError
from ivigsim.safety.pathogens import AGENTS, reduction
from ivigsim.safety.pathogens.assessment import checked_processes
from ivigsim.safety.pathogens.factors import counted
from ivigsim.safety.pathogens.facts import MECHANISMS, load_facts
from ivigsim.safety.pathogens.processes import PROCESSES, process_named

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "facts" / "pathogen_safety.tsv"
COPY = ROOT / "src" / "ivigsim" / "safety" / "pathogens" / "pathogen_safety.tsv"


@pytest.mark.skipif(not SHARED.exists(), reason="the facts are not beside the project")
def test_the_table_is_that_of_the_facts():
    assert COPY.read_bytes() == SHARED.read_bytes()


def test_every_reduction_has_a_mechanism_and_a_source():
    assert len(load_facts()) == len(COPY.read_text(encoding="utf-8").splitlines()) - 1
    for fact in load_facts().values():
        assert fact.source, fact.id
        assert fact.operator in ("=", ">", ">=", "<", "<="), fact.id
        if fact.kind == "log_reduction":
            assert fact.log10 is not None
            assert fact.mechanism in MECHANISMS.values(), fact.id


def test_every_process_has_rows_and_its_borrowed_rows_exist():
    settings = {fact.setting for fact in load_facts().values()}
    for process in PROCESSES.values():
        assert set(process.settings) <= settings
        assert set(process.borrowed) <= set(load_facts())
        assert list(process.rows())


@pytest.mark.parametrize("unverified", [False, True])
@pytest.mark.parametrize("process", PROCESSES)
@pytest.mark.parametrize("agent", AGENTS)
def test_each_mechanism_counts_once_and_every_part_is_a_row(process, agent, unverified):
    found = reduction(process, agent, unverified=unverified)
    mechanisms = [part.mechanism for part in found.parts]
    assert len(set(mechanisms)) == len(mechanisms)
    for part in found.parts:
        row = load_facts()[part.fact.id]
        assert part.log10 == pytest.approx(row.log10 / row.steps)
        assert row.counts
        assert unverified or not row.doubt
    assert found.log10 == pytest.approx(sum(part.log10 for part in found.parts))
    if any(part.fact.at_least for part in found.parts):
        assert found.at_least


def test_of_steps_that_act_alike_the_larger_counts_alone_and_is_a_lower_bound():
    (ethanol,) = (p for p in reduction("Gammagard S/D", "HIV").parts if p.mechanism == "partitioning")
    # two ethanol steps, 5.7 and 4.9, each "=": their sum is at least the larger
    assert ethanol.log10 == 5.7
    assert [fact.log10 for fact in ethanol.alike] == [4.9]
    assert ethanol.at_least


def test_the_closest_virus_counts_not_the_largest_number():
    found = reduction("Carimune NF", "HCV", unverified=True)
    rows = {part.mechanism: part.fact.id for part in found.parts}
    # BVDV 4.4 before SFV 6.8, BVDV 4.5 before SIN 7.5; of the equally far SFV 9.3 and SIN 12.4 the smaller
    assert rows == {
        "partitioning": "car_depth_SFV",
        "low pH": "car_pH_BVDV",
        "nanofiltration": "car_nano_BVDV",
    }


@given(st.lists(st.floats(0, 8), min_size=4, max_size=4))
def test_of_a_published_sum_the_nth_part_is_never_above_the_largest_step(steps):
    assert sum(steps) / 4 <= max(steps) + 1e-12


def test_a_published_sum_of_four_steps_counts_a_quarter():
    assert counted(load_facts()["car_depth_HIV"]) == 15.5 / 4
    found = reduction("Carimune NF", "HIV", unverified=True)
    assert found.log10 == pytest.approx(3.875 + 6.1 + 4.9)
    assert found.at_least


def test_what_the_source_does_not_count_is_shown_and_not_added():
    found = reduction("Gammagard S/D", "HCV")
    assert [fact.id for fact in found.not_counted] == ["gsd_step1_BVDV"]
    assert found.log10 == pytest.approx(1.3 + 6)


def test_unverified_rows_are_left_out_unless_asked_for():
    strict = reduction("pasteurised IGIV", "HIV")
    assert strict.log10 == 3.97
    assert [fact.id for fact in strict.unverified] == ["cha_past_HIV"]
    assert strict.at_least
    loose = reduction("pasteurised IGIV", "HIV", unverified=True)
    assert loose.log10 == pytest.approx(3.97 + 6.54)
    assert loose.doubtful
    assert "Gamunex-C" not in checked_processes()
    assert "Carimune NF" not in checked_processes()


def test_solvent_and_detergent_do_nothing_without_an_envelope():
    for agent in ("HAV", "B19"):
        parts = {part.mechanism: part for part in reduction("Gammagard S/D", agent).parts}
        assert parts["solvent/detergent"].log10 == 0
        assert parts["solvent/detergent"].borrowed


@pytest.mark.parametrize("process", PROCESSES)
@pytest.mark.parametrize("agent", AGENTS)
def test_a_step_less_never_reduces_more(process, agent):
    whole = reduction(process, agent, unverified=True)
    for part in whole.parts:
        less = reduction(process, agent, (part.mechanism,), unverified=True)
        assert less.log10 == pytest.approx(whole.log10 - part.log10)


@pytest.mark.parametrize("name", ["Gammagard S/D", "gammagard  s/d", "Gammagard S/D (IgA <1)"])
def test_a_product_is_known_by_its_names(name):
    assert process_named(name).name == "Gammagard S/D"


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (
            lambda: process_named("Privigen"),
            "no reduction factor of the steps of 'Privigen' (ethanol, octanoic",
        ),
        (lambda: process_named("Gammagard Liquid"), "no reduction factor of the steps of 'Gammagard Liquid'"),
        (lambda: process_named("Gammagard"), "unknown product 'Gammagard'"),
        (lambda: process_named("Gamunx"), "nearest: 'Gamunex-C'"),
        (lambda: process_named(""), "unknown product ''"),
        (lambda: reduction("Gammagard S/D", "HEV"), "unknown agent 'HEV'"),
        (lambda: reduction("Gammagard S/D", "HIV", ("low pH",)), "unknown step of Gammagard S/D 'low pH'"),
    ],
)
def test_wrong_names_are_refused_in_a_sentence(call, says):
    with pytest.raises(InputError, match="accepted") as refused:
        call()
    assert says in str(refused.value)
