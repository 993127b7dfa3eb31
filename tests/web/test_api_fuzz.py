"""Whatever is sent, the answer is one that the OpenAPI document announces, and the server goes on."""

import io
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

pytest.importorskip("fastapi", reason="the web extra is not installed: pip install 'ivigsim[web]'")
schemathesis = pytest.importorskip(
    "schemathesis", reason="schemathesis is not installed: pip install 'ivigsim[dev]'"
)

from ivigsim.web.api import PREFIX  # noqa: E402  # only once the extra is there
from ivigsim.web.app import create_app  # noqa: E402
from ivigsim.web.limits import Limits  # noqa: E402
from ivigsim.web.logs import make_log  # noqa: E402

LIMITS = Limits(patient_days=8_000)  # small, so that the requests that are accepted are quick
LISTS = ["GET /populations", "GET /switches", "GET /covariates", "GET /treatments"]  # they take nothing
OPERATIONS = [
    "POST /simulate",
    "POST /explain",
    "POST /plan",
    "GET /evidence",
    "GET /products",
    "GET /evidence/{id}",
]
FITTING, WRONG = schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE
NAMES_AND_MODES = [
    *((name, FITTING) for name in [*OPERATIONS, *LISTS]),
    *((name, WRONG) for name in OPERATIONS),
]


def fuzzed(examples):
    return settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture(scope="module")
def fuzz():
    """The document of a server, its operations by name, and its log."""
    log = io.StringIO()
    app = create_app(limits=LIMITS, hosts=None, page=False, log=make_log(log, json=True))
    schema = schemathesis.openapi.from_asgi(f"{PREFIX}/openapi.json", app)
    operations = {found.ok().label: found.ok() for found in schema.get_all_operations()}
    return SimpleNamespace(operations=operations, log=log, schema=schema)


def test_every_operation_is_fuzzed(fuzz):
    assert sorted(fuzz.operations) == sorted([*OPERATIONS, *LISTS])


@pytest.mark.parametrize(("name", "mode"), NAMES_AND_MODES, ids=lambda each: getattr(each, "value", each))
def test_every_answer_is_announced(fuzz, name, mode):
    # dose phrases say more than a schema can, so what fits the schema may still be refused
    but = [schemathesis.checks.positive_data_acceptance]

    @fuzzed(30)
    @given(case=fuzz.operations[name].as_strategy(mode))
    def ask(case):
        case.call_and_validate(excluded_checks=but)

    ask()
    assert "request failed" not in fuzz.log.getvalue()


PHRASES = st.builds(
    "{drug} {amount} {unit}{more}".format,
    drug=st.sampled_from(["IVIG", "ivig", "prednisolone", "anti-D", "splenectomy", "romiplostim", "IVGI"]),
    amount=st.sampled_from(["1", "0.4", "-1", "1e300", "1e-300", "NaN", "٣", "40"]),
    unit=st.sampled_from(["g/kg", "mg/kg", "ug/kg", "mg", "g", "km"]),
    more=st.sampled_from(
        ["", " daily x2", " every 1 min x9999", " over 1 s", " from day 99", " + IVIG 1 g/kg"]
    ),
)
BODIES = st.fixed_dictionaries(
    {
        "regimens": st.lists(PHRASES | st.text(max_size=20), min_size=1, max_size=3),
        "patients": st.sampled_from([1, 2, 9, 10_000]),
        "days": st.sampled_from([1, 2, 8, 366]),
        "seed": st.sampled_from([0, 1, 2**63 - 1]),
    },
    optional={
        "allow_extreme": st.booleans(),
        "population": st.sampled_from(["adult-chronic", "healthy", "immunodeficient", "nobody"]),
        "covariates": st.dictionaries(
            st.sampled_from(["weight_kg", "splenectomised", "baseline_platelets", "rhd_positive"]),
            st.sampled_from([True, False, 2, 300, 1, 150, "VV", -1]),
        ),
    },
)


def test_every_body_that_looks_right_is_simulated_or_refused(fuzz):
    operation = fuzz.operations["POST /simulate"]
    seen = set()

    @fuzzed(60)
    @given(body=BODIES)
    def ask(body):
        response = operation.Case(body=body, media_type="application/json").call()
        seen.add(response.status_code)
        assert response.status_code in (200, 422), response.text
        if response.status_code == 422:
            assert "accepted" in response.json()["error"] or "failed" in response.json()["error"]

    ask()
    assert seen == {200, 422}
    assert "request failed" not in fuzz.log.getvalue()
