"""A treatment that cannot act runs and says so; covariates that contradict it are refused."""

import pytest

from ivigsim import InputError
from ivigsim.checks import check_can_act


@pytest.mark.parametrize(
    ("covariates", "says"),
    [
        ({"rhd_positive": False}, ["anti-D cannot act: every patient is RhD-negative"]),
        ({"splenectomised": True}, ["anti-D can hardly act: no patient has a spleen"]),
        ({"rhd_positive": True, "splenectomised": False}, []),
        ({}, []),
    ],
)
def test_anti_d_needs_rhd_and_a_spleen(covariates, says):
    assert check_can_act(["anti-D", "IVIG"], covariates) == says
    assert check_can_act(["IVIG"], covariates) == []


def test_no_spleen_no_splenectomy():
    with pytest.raises(InputError, match="accepted: one of them"):
        check_can_act(["splenectomy"], {"splenectomised": True})
    assert check_can_act(["splenectomy"], {"splenectomised": False}) == []
