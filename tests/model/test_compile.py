"""The compiler: every operator as Python computes it, and an error that names whatever it does not know."""

import math

import antimony
import heyoka as hy
import libsbml
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ivigsim.model.compile import UnsupportedSBML, compile_sbml

INPUTS = {"x": 0.7, "y": 1.3, "z": 2.9}
TIME = 0.4

# operator -> (how it is written, how Python computes it)
UNARY = {
    "minus": ("-({})", lambda a: -a),
    "exp": ("exp({})", math.exp),
    "ln": ("ln({})", math.log),
    "sqrt": ("sqrt({})", math.sqrt),
    "root": ("root(2, {})", math.sqrt),
    "tanh": ("tanh({})", math.tanh),
    "sin": ("sin({})", math.sin),
    "cos": ("cos({})", math.cos),
}
BINARY = {
    "plus": ("({} + {})", lambda a, b: a + b),
    "minus": ("({} - {})", lambda a, b: a - b),
    "times": ("({} * {})", lambda a, b: a * b),
    "divide": ("({} / {})", lambda a, b: a / b),
    "power": ("(({})^({}))", lambda a, b: math.pow(a, b)),
    "pow": ("pow({}, {})", lambda a, b: math.pow(a, b)),
}
LEAVES = (
    st.sampled_from(sorted(INPUTS.items()))
    | st.sampled_from([("pi", math.pi), ("time", TIME), ("3", 3.0), ("0.25", 0.25), ("1.5e-1", 0.15)])
    | st.floats(0.1, 5).map(lambda x: (repr(x), x))
)


class OutOfDomain(Exception):
    """A tree that Python itself cannot compute well."""


def combine(form, function, *parts):
    try:
        value = function(*(value for _, value in parts))
    except (ValueError, ZeroDivisionError, OverflowError) as error:
        raise OutOfDomain from error
    if isinstance(value, complex) or not 1e-3 < abs(value) < 1e3:  # keeps rounding small beside the value
        raise OutOfDomain
    return form.format(*(text for text, _ in parts)), value


def grow(children):
    unary = st.tuples(st.sampled_from(sorted(UNARY)), children).map(lambda t: ("1", *t))
    binary = st.tuples(st.sampled_from(sorted(BINARY)), children, children).map(lambda t: ("2", *t))
    return unary | binary


TREES = st.recursive(LEAVES, grow, max_leaves=8)


def evaluate(tree):
    """Text and value of a tree."""
    if tree[0] == "1":
        return combine(*UNARY[tree[1]], evaluate(tree[2]))
    if tree[0] == "2":
        return combine(*BINARY[tree[1]], evaluate(tree[2]), evaluate(tree[3]))
    return tree


def sbml(*formulas):
    """SBML with states s and r, inputs as parameters, and each formula as a rule for out0, out1 ..."""
    document = libsbml.SBMLDocument(3, 2)
    model = document.createModel()
    for name in ["s", "r", *INPUTS, *(f"out{i}" for i in range(len(formulas)))]:
        parameter = model.createParameter()
        parameter.setId(name)
        parameter.setConstant(name in INPUTS)
    for state in ("s", "r"):
        rate = model.createRateRule()
        rate.setVariable(state)
        rate.setMath(libsbml.parseL3Formula(f"-x * {state}"))
    for i, formula in enumerate(formulas):
        rule = model.createAssignmentRule()
        rule.setVariable(f"out{i}")
        math_ = libsbml.parseL3Formula(formula)
        assert math_ is not None, libsbml.getLastParseL3Error()
        rule.setMath(math_)
    return libsbml.writeSBMLToString(document)


def run(*formulas):
    model = compile_sbml(sbml(*formulas))
    outputs = [model.variables[f"out{i}"] for i in range(len(formulas))]
    every_input = hy.sum([model.variables[name] for name in INPUTS])  # so that the function takes all of them
    function = hy.cfunc([*outputs, every_input], vars=hy.make_vars("s", "r"))
    parameters = np.array([INPUTS[name] for name in model.parameters])
    return function(np.ones(2), pars=parameters, time=TIME)[:-1]


@settings(max_examples=80, deadline=None)
@given(st.lists(TREES, min_size=4, max_size=4))
def test_random_trees_match_python(trees):
    pairs = []
    for tree in trees:
        try:
            pairs.append(evaluate(tree))
        except OutOfDomain:
            continue
    assume(pairs)
    np.testing.assert_allclose(run(*(text for text, _ in pairs)), [value for _, value in pairs], rtol=1e-8)


@pytest.mark.parametrize("name", UNARY)
def test_each_unary_operator(name):
    form, function = UNARY[name]
    assert run(form.format("y"))[0] == pytest.approx(function(INPUTS["y"]), rel=1e-14)


@pytest.mark.parametrize("name", BINARY)
def test_each_binary_operator(name):
    form, function = BINARY[name]
    assert run(form.format("y", "z"))[0] == pytest.approx(function(INPUTS["y"], INPUTS["z"]), rel=1e-14)


def test_sums_and_products_of_many():
    assert run("x + y + z + 1", "x * y * z * 2") == pytest.approx([5.9, 2 * 0.7 * 1.3 * 2.9], rel=1e-14)


def test_rules_may_come_in_any_order():
    assert run("out1 * 2", "x + 1")[0] == pytest.approx(3.4)


def test_states_and_parameters_in_the_order_of_the_text():
    model = compile_sbml(sbml("x"))
    assert (model.states, model.parameters) == (("s", "r"), ("x", "y", "z"))


def test_a_model_with_one_state():
    antimony.clearPreviousLoads()
    assert antimony.loadAntimonyString("model m() k = 2; s' = -k * s; s = 1; end") >= 0
    model = compile_sbml(antimony.getSBMLString("m"))
    assert (model.states, model.parameters, len(model.rhs)) == (("s",), ("k",), 1)


@pytest.mark.parametrize(
    ("formula", "names"),
    [
        ("piecewise(1, x < 1, 2)", "'piecewise'"),
        ("floor(x)", "'floor'"),
        ("abs(x)", "'abs'"),
        ("mystery(x)", "'mystery' with 1 arguments in the rule of 'out0'"),
        ("root(3, x)", "'root' with 2 arguments"),
        ("x < 1", "'lt'"),
        ("delay(x, 1)", "'delay'"),
        ("x * avogadro", "'avogadro'"),
        ("x * exponentiale", "'exponentiale'"),
        ("true", "'true'"),
        ("x + nowhere", "'nowhere' is used but not defined"),
        ("out0 + 1", "'out0' depends on itself"),
    ],
)
def test_unsupported_mathematics_is_named(formula, names):
    with pytest.raises(UnsupportedSBML) as error:
        compile_sbml(sbml(formula))
    assert names in str(error.value)


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("compartment C; species S1 in C; J7: S1 -> ; x*S1; x = 1; S1 = 1; C = 1", "reaction 'J7'"),
        ("x = 1; s' = -x; s = 1; e5: at (time > 1): s = 2", "event 'e5'"),
        ("compartment C; species S9 in C; S9 = 1; C = 1", "species 'S9'"),
        ("compartment C3; C3 = 1; x = 1", "compartment 'C3'"),
        ("x = 1; s' = -x; s = 2 * x", "initial assignment 's'"),
        ("function twice(a) 2 * a end; model m() s' = -twice(s); s = 1", "function definition 'twice'"),
    ],
)
def test_unsupported_element_is_named(body, names):
    antimony.clearPreviousLoads()
    text = body if "model" in body else f"model m() {body}"
    assert antimony.loadAntimonyString(f"{text}; end") >= 0, antimony.getLastError()
    with pytest.raises(UnsupportedSBML) as error:
        compile_sbml(antimony.getSBMLString("m"))
    assert names in str(error.value)


def add_algebraic_rule(model):
    model.createAlgebraicRule().setMath(libsbml.parseL3Formula("x - 1"))


def add_constraint(model):
    constraint = model.createConstraint()
    constraint.setIdAttribute("limit")
    constraint.setMath(libsbml.parseL3Formula("x > 0"))


@pytest.mark.parametrize(
    ("add", "names"), [(add_algebraic_rule, "algebraic rule"), (add_constraint, "constraint 'limit'")]
)
def test_rules_that_are_not_assignments_or_rates_are_named(add, names):
    document = libsbml.readSBMLFromString(sbml("x"))
    add(document.getModel())
    with pytest.raises(UnsupportedSBML, match=names):
        compile_sbml(libsbml.writeSBMLToString(document))


def test_text_without_a_model():
    with pytest.raises(UnsupportedSBML, match="holds no SBML model"):
        compile_sbml("<sbml/>")
