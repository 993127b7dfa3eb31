"""Filters pass what is known to hold, leave out what is known not to, and set the rest apart."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivigsim.errors import InputError
from ivigsim.products import Wish, load_products, select_products
from ivigsim.products.selecting import stabilisers

WISHES = st.builds(
    Wish,
    indications=st.lists(st.sampled_from(["PI", "ITP", "CIDP", "DM"]), max_size=2, unique=True),
    concentration=st.sampled_from([None, 5, 6, 10]),
    form=st.sampled_from([None, "liquid", "lyophilised"]),
    sucrose_free=st.booleans(),
    sugar_free=st.booleans(),
    stabiliser=st.sampled_from([None, *stabilisers()]),
    max_iga=st.sampled_from([None, 25, 100, 400]),
    max_sodium=st.sampled_from([None, 1, 30]),
    min_rate=st.sampled_from([None, 3, 8]),
    vial=st.sampled_from([None, 5, 40]),
    virus_step=st.sampled_from([None, "S/D", "20 nm"]),
)


def names(found):
    return [each.name for each in found.fits]


def apart(found):
    return {each.name: reasons for each, reasons in found.unknown}


def test_the_brief_of_a_patient_without_iga():
    wish = Wish(indications=["ITP"], sucrose_free=True, max_iga=25, concentration=10)
    found = select_products(wish)
    assert names(found) == ["Gammaplex 10%", "Privigen"]
    assert apart(found) == {"Gammagard S/D (IgA <1)": ("IgA is known at 5% only",)}
    assert found.not_fitting == 15


def test_a_mean_below_the_limit_does_not_pass():
    found = select_products(Wish(max_iga=50))
    assert {"Gammagard Liquid", "Gamunex-C", "Gammaked"} <= set(apart(found))
    assert apart(found)["Gamunex-C"] == ("IgA: only its mean is known",)
    assert "Privigen" in names(found)
    assert apart(found)["Alyglo"] == ("IgA unknown",)


def test_an_unverified_cell_does_not_pass():
    assert apart(select_products(Wish(vial=40)))["Privigen"] == ("vial sizes partly unverified",)
    assert names(select_products(Wish(vial=40))) == ["Gamunex-C"]
    assert apart(select_products(Wish(sugar_free=True)))["Bivigam"] == ("stabiliser partly unverified",)


def test_sugars():
    found = select_products(Wish(sugar_free=True))
    left_out = set(load_products()) - set(names(found)) - set(apart(found))
    assert left_out == {
        *("Flebogamma 5% DIF", "Flebogamma 10% DIF", "Octagam 5%", "Octagam 10%"),
        "Carimune NF (historical)",
    }
    sucrose_free = select_products(Wish(sucrose_free=True))
    assert set(apart(sucrose_free)) == {"Qivigy"}
    assert sucrose_free.not_fitting == 1


def test_sodium_without_a_figure_is_set_apart():
    found = select_products(Wish(max_sodium=10))
    assert names(found) == ["Privigen"]
    assert apart(found)["Gammagard Liquid"] == ("sodium: none added, no figure",)


def test_rates_are_those_for_the_indication():
    assert names(select_products(Wish(min_rate=12, concentration=10, form="liquid"))) == ["Octagam 10%"]
    assert "Gammagard S/D (IgA <1)" in names(select_products(Wish(min_rate=12)))  # 13.3 at 10%
    assert "Gammagard S/D (IgA <1)" not in names(select_products(Wish(min_rate=12, concentration=5)))
    assert {"Octagam 10%"}.isdisjoint(names(select_products(Wish(min_rate=5, indications=["DM"]))))
    assert "Panzyga" in names(select_products(Wish(min_rate=14, indications=["PI"])))


@settings(max_examples=60, deadline=None)
@given(WISHES)
def test_every_product_is_in_one_place_and_a_blank_cell_never_decides(wish):
    found = select_products(wish)
    assert len(found.fits) + len(found.unknown) + found.not_fitting == len(load_products())
    assert not set(names(found)) & set(apart(found))
    for each in found.fits:
        assert wish.max_iga is None or each.known("IgA_ug_per_mL")
        assert wish.max_sodium is None or each.known("sodium")
        assert wish.vial is None or each.known("vial_sizes_g")
        assert not (wish.sugar_free or wish.stabiliser) or each.known("stabiliser")
        assert wish.virus_step is None or each.known("virus_steps")
        assert set(wish.indications) <= set(each.indications)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"indications": ["IPT"]}, "nearest: 'ITP'"),
        ({"form": "fluid"}, "accepted: liquid"),
        ({"stabiliser": "trehalose"}, "unknown stabiliser"),
        ({"virus_step": "prayer"}, "unknown virus step"),
        ({"virus_step": ""}, "unknown virus step"),
        ({"max_iga": -1}, "max_iga is -1"),
        ({"vial": float("nan")}, "vial is nan"),
        ({"concentration": True}, "concentration is True"),
    ],
)
def test_wrong_filters_are_refused(wrong, says):
    with pytest.raises(InputError, match="accepted") as refused:
        Wish(**wrong)
    assert says in str(refused.value)
