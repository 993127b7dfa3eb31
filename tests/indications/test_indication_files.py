"""Indication files: those that come with ivigsim hold what was published, and a wrong one is refused."""

import csv
import re
from pathlib import Path

import pytest

from ivigsim.errors import InputError
from ivigsim.indications import indication_names, load_indication
from ivigsim.patients.population import population_names

FACTS = Path(__file__).parents[3] / "shared" / "facts" / "indications.tsv"
CODES = {
    "PI": "primary-immunodeficiency",
    "ITP": "itp",
    "KD": "kawasaki",
    "CLL": "cll",
    "PHIV": "paediatric-hiv",
    "HSCT": "transplantation",
    "CIDP": "cidp",
    "MMN": "mmn",
    "DM": "dermatomyositis",
}
COLUMNS = {
    "patients": "population",
    "usual": "usual_regimen",
    "interval": "interval",
    "aim": "target",
    "products": "label_products_seen",
    "first_approval": "first_fda_approval_year",
    "mechanism": "mechanism_ascribed",
}
MINE = """
title = "Myasthenia gravis"
population = "healthy"
population_reason = "assumed: IgG of healthy adults"
source = "my notes"

[[regimens]]
name = "exacerbation"
course = "IVIG 1 g/kg daily x2"
source = "my notes"
"""


@pytest.mark.skipif(not FACTS.exists(), reason="the table of facts is not here")
@pytest.mark.parametrize("code", CODES)
def test_a_shipped_file_says_what_the_facts_say(code):
    with FACTS.open(encoding="utf-8", newline="") as table:
        row = {each["code"]: each for each in csv.DictReader(table, delimiter="\t")}[code]
    indication = load_indication(CODES[code])
    for field, column in COLUMNS.items():
        known = row[column] if row[column] and "unverified" not in row[column] else "unknown"
        assert getattr(indication, field) == known, field
    assert row["notes"] in indication.notes or not row["notes"]
    assert set(re.findall(r"https?://[^\s;]+", row["source"])) <= set(
        re.findall(r"https?://[^\s;]+", indication.source)
    )


@pytest.mark.skipif(not FACTS.exists(), reason="the table of facts is not here")
def test_every_row_of_the_facts_has_a_file():
    with FACTS.open(encoding="utf-8", newline="") as table:
        assert {row["code"] for row in csv.DictReader(table, delimiter="\t")} == set(CODES)


@pytest.mark.parametrize("name", indication_names())
def test_a_shipped_file_is_complete(name):
    indication = load_indication(name)
    assert indication.population in population_names()
    assert indication.platelets == (name == "itp")
    for regimen in indication.regimens:
        assert regimen.source
        assert str(regimen.plan())
    for alias in indication.aliases:
        assert load_indication(alias.upper()) is indication


def test_no_alias_is_taken_twice():
    names = [each for name in indication_names() for each in (name, *load_indication(name).aliases)]
    assert len(names) == len(set(names))


def test_a_file_of_ones_own_is_read(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(MINE)
    mine = load_indication(path)
    assert (mine.name, mine.mechanism, mine.platelets) == (str(path), "unknown", False)
    assert str(mine.template().plan()) == "IVIG 1 g/kg daily x2"
    assert load_indication(str(path)) == mine


WRONG = {
    "misspelt": ("title", "titel", "field 'titel' is unknown", "nearest: 'title'"),
    "missing": ('source = "my notes"\n\n', "", "field 'source' is missing", "accepted"),
    "type": ('title = "Myasthenia gravis"', "title = 7", "title is 7", "text in quotes"),
    "blank": ('title = "Myasthenia gravis"', 'title = "    "', "title is blank", "text, or 'unknown'"),
    "population": ('"healthy"', '"helthy"', "unknown population 'helthy'", "nearest: 'healthy'"),
    "name": ('name = "exacerbation"', 'name = "An exacerbation"', "regimens[1].name is 'An", "small letters"),
    "phrase": ("1 g/kg daily", "1 g/k daily", "course of regimen 'exacerbation'", "nearest: 'g/kg'"),
    "drug": ("IVIG 1 g/kg", "rituximab 375 mg/m2", "is not IVIG", "IVIG alone"),
    "endless course": ("daily x2", "daily", "course of regimen 'exacerbation' is", "xCOUNT"),
    "kinds": ("course =", "loading =", "regimen 'exacerbation' has loading", "course alone, or maintenance"),
    "key of a regimen": ("course =", "dose =", "field 'regimens[1].dose' is unknown", "nearest: 'course'"),
    "platelets": ("source =", "platelets = true\nsource =", "platelets is true", "one with ITP"),
    "own name": ("title", 'name = "mg"\ntitle', "field 'name' is unknown", "named by its file"),
    "toml": ("title =", "title", "is not TOML", "a TOML file"),
    "covariates": (
        "\n[[regimens]]",
        "\n[covariates]\nweight_kg = 900.0\n[[regimens]]",
        "weight_kg is 900",
        "nearest: 300",
    ),
    "target": (
        "\n[[regimens]]",
        '\n[[targets]]\nquantity = "trough"\ng_per_l = "8"\nsource = "mine"\n[[regimens]]',
        "targets[1].g_per_l is '8'",
        "a number",
    ),
    "quantity": (
        "\n[[regimens]]",
        '\n[[targets]]\nquantity = "peak"\ng_per_l = 8\nsource = "mine"\n[[regimens]]',
        "targets[1].quantity is 'peak'",
        "'trough' or 'rise on day 14'",
    ),
}


@pytest.mark.parametrize(("old", "new", "said", "accepted"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_file_is_one_sentence_that_names_the_field(tmp_path, old, new, said, accepted):
    path = tmp_path / "mine.toml"
    assert old in MINE
    path.write_text(MINE.replace(old, new, 1))
    with pytest.raises(InputError) as refusal:
        load_indication(path)
    sentence = str(refusal.value)
    assert sentence.startswith(f"indication file '{path}'")
    assert said in sentence
    assert accepted in sentence
    assert "\n" not in sentence


def test_an_unknown_name_has_a_nearest():
    with pytest.raises(InputError, match=r"unknown indication 'kawasakki'.*nearest: 'kawasaki'"):
        load_indication("kawasakki")
    with pytest.raises(InputError, match="cannot be read"):
        load_indication(Path("no-such-file.toml"))


def test_the_file_in_the_documentation_is_right(tmp_path):
    page = (Path(__file__).parents[2] / "docs" / "indications.md").read_text(encoding="utf-8")
    path = tmp_path / "page.toml"
    path.write_text(page.partition("```toml\n")[2].partition("```")[0], encoding="utf-8")
    mine = load_indication(path)
    assert mine.target("rise on day 14").g_per_l == 7.3
    assert len(mine.findings) == 1
