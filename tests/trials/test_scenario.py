"""Scenario files: what comes with ivigsim is right, what is wrong is said in a sentence."""

import json

import pytest

from ivigsim.errors import InputError
from ivigsim.trials.jobs import jobs_of
from ivigsim.trials.loading import example, examples, load_scenario, read_scenario, scenario_schema

GOOD = """
title: A trial
size: 60
days: 28
populations: [{name: adult-chronic}]
arms:
  - {name: A, treatments: [IVIG 1 g/kg]}
  - {name: B, treatments: [untreated]}
visits: {days: [1, 3, 7, 14]}
endpoints:
  - {id: response, response: {count: 50, by_day: 7}}
"""


@pytest.mark.parametrize("name", examples())
def test_examples_are_valid_and_say_what_they_follow(name):
    scenario = read_scenario(example(name))
    assert scenario.description
    assert scenario.primary in {endpoint.id for endpoint in scenario.endpoints}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("size: 60", "", "key 'size' is missing"),
        ("size: 60", "size: sixty", "size is 'sixty'; accepted: a whole number"),
        ("size: 60", "size: 0", "size is 0; accepted: greater than or equal to 1"),
        ("size: 60", "size: 60\nsize: 61", "key 'size' is there twice"),
        ("title:", "titel:", "key 'titel' is unknown"),
        ("IVIG 1 g/kg", "IVIG 1 gkg", "arms.1.treatments.1"),
        ("IVIG 1 g/kg", "IVIGG 1 g/kg", "nearest: 'IVIG'"),
        ("name: B", "name: A", "arms has 'A' twice"),
        ("adult-chronic", "adult-cronic", "nearest: 'adult-chronic'"),
        ("adult-chronic", "healthy", "has no ITP"),
        ("{name: adult-chronic}", "{name: adult-chronic, covariates: {weight: 70}}", "weight_kg"),
        ("[1, 3, 7, 14]", "[3, 1]", "visits.days are not increasing"),
        ("[1, 3, 7, 14]", "[1, 3, 99]", "after day 28"),
        ("[1, 3, 7, 14]", "[1, 3, 7, 14], every: 1", "it needs days or every, and not both"),
        ("[1, 3, 7, 14]", "[1, 3, 7, 14], window: 2", "visits.window is 2"),
        ("[1, 3, 7, 14]", "[1.5, 7], window: 1", "whole visit days"),
        ("by_day: 7", "by_day: 70", "the last visit is on day 14"),
        ("by_day: 7", "by_dy: 7", "nearest: 'by_day'"),
        ("{id: response, ", "{id: Response 1, ", "id is 'Response 1'"),
        ("{id: response, ", "{id: ivig_g, ", "no name that the table of patients uses"),
        ("response: {count: 50, by_day: 7}", "definition: iwgr", "iwg_r"),
        ("response: {count: 50, by_day: 7}", "label: x", "has 0 kinds"),
        ("days: 28", "days: 28\nprimary: respons", "nearest: 'response'"),
        ("days: 28", "days: 28\nreference: C", "reference is 'C'; accepted: A, B"),
        ("days: 28", "days: 28\nswitches: {fc_gama_blockade: false}", "fc_gamma_blockade"),
        ("days: 28", "days: 28\nguidance: [ash19_nothing]", "ash19"),
        (
            "days: 28",
            "days: 28\nrules: [{when: {bleeding: true}, give: IVIG 1 g/kg}]",
            "bleeding gives no rates",
        ),
        ("days: 28", "days: 28\nrules: [{when: {}, give: IVIG 1 g/kg}]", "when says nothing"),
        ("days: 28", "days: [28", "not YAML"),
        ("{id: response, ", "{id: rescued, ", "no name that the table"),
        ("{name: adult-chronic}", "{name: adult-chronic, share: .inf}", "share is inf"),
        (
            "{name: adult-chronic}",
            "{name: adult-chronic, baseline_at_most: 20, covariates: {baseline_platelets: 10}}",
            "both given",
        ),
        (
            "days: 28",
            "days: 28\nrules: [{when: {count_below: 9}, give: splenectomy, at_most: 2}]",
            "splenectomy 2 times",
        ),
    ],
)
def test_wrong_files_are_refused_in_a_sentence(old, new, says, tmp_path):
    path = tmp_path / "trial.yaml"
    assert old in GOOD
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(InputError) as refused:
        load_scenario(path)
    sentence = str(refused.value)
    assert says in sentence
    assert "accepted" in sentence
    assert "\n" not in sentence


def test_a_missing_file_is_refused_with_the_examples(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        load_scenario(tmp_path / "none.yaml")


def test_population_files_lie_beside_the_scenario(tmp_path):
    from ivigsim.patients.population import population_bytes

    (tmp_path / "mine.toml").write_bytes(population_bytes("adult-new"))
    (tmp_path / "trial.yaml").write_text(GOOD.replace("adult-chronic", "mine.toml"))
    scenario, _ = load_scenario(tmp_path / "trial.yaml")
    assert scenario.populations[0].name == "mine.toml"


def test_schema_knows_every_key():
    schema = json.loads(scenario_schema())
    assert {"title", "arms", "visits", "endpoints"} <= schema["properties"].keys()
    assert schema["additionalProperties"] is False


def test_jobs_cover_every_patient_once():
    jobs = jobs_of(arms=2, replicates=3, size=20_000, per_job=8192)
    for arm in range(2):
        for replicate in range(3):
            mine = [job for job in jobs if (job.arm, job.replicate) == (arm, replicate)]
            covered = [p for job in mine for p in range(job.start, job.start + job.count)]
            assert covered == list(range(20_000))
    assert len({job.name for job in jobs}) == len(jobs)
