"""What is chosen on the page, as the address holds it: everything, so that a link reproduces the page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlencode

from ivigsim.checks import check_whole
from ivigsim.errors import InputError, unknown
from ivigsim.model.parameters import switches as usual_switches
from ivigsim.patients.covariates import COVARIATES
from ivigsim.patients.population import load_population
from ivigsim.treatment import Regimen
from ivigsim.treatment.wording import number_text
from ivigsim.web.limits import LONGEST_PHRASE, MOST_DAYS, MOST_PATIENTS, Limits
from ivigsim.web.work import check_population, read_treatment

VIEWS = ("courses", "response", "why", "redcell", "safety", "evidence", "numbers")
LONGEST_QUERY = 4000
"""Characters of an address: several times what all choices together need."""
MOST_TEST_DAYS = 90
_LARGEST_SEED = 2**63 - 1
_LOOKS = ("theme", "scale")  # how the page looks; the browser keeps these to itself
_NUMBERS: Mapping[str, tuple[int, int]] = {
    "patients": (1, MOST_PATIENTS),
    "seed": (0, _LARGEST_SEED),
    "days": (1, MOST_DAYS),
    "test_day": (1, MOST_TEST_DAYS),
}
_YES_NO = {"yes": True, "no": False}


@dataclass(frozen=True)
class State:
    """Everything that is chosen.

    Attributes
    ----------
    a, b : str
        Dose phrase of each regimen, or "untreated"; `b` is empty when there is only one.
    population : str
    patients, seed, days : int
    covariates, switches : dict
        What is fixed for everyone, and the mechanisms that are not as usual.
    extreme : bool
        Take doses above the guard against slips of a unit.
    view : str
        The part of the results that is open, one of `VIEWS`.
    test_day : int
        Day of the second red-cell test.
    product : str
        Name of an IVIG product; empty for none.
    """

    a: str = "IVIG 1 g/kg daily x2"
    b: str = "IVIG 0.4 g/kg daily x5"
    population: str = "adult-chronic"
    patients: int = 500
    seed: int = 1
    days: int = 60
    covariates: dict[str, Any] = field(default_factory=dict)
    switches: dict[str, bool] = field(default_factory=dict)
    extreme: bool = False
    view: str = "courses"
    test_day: int = 7
    product: str = ""

    @property
    def phrases(self) -> dict[str, str]:
        """The regimens by letter."""
        return {"A": self.a} | ({"B": self.b} if self.b else {})

    def treatment(self, letter: str) -> Regimen | None:
        """Return a regimen; None when untreated."""
        return read_treatment(self.phrases[letter])

    def query(self) -> str:
        """Return the state as it stands in an address, without what is as usual.

        Examples
        --------
        >>> State(a="IVIG 2 g/kg", covariates={"splenectomised": True}, patients=200).query()
        'a=IVIG+2+g%2Fkg&patients=200&splenectomised=yes'
        """
        usual = State()
        names = ("a", "b", "population", *_NUMBERS)
        pairs = [(name, getattr(self, name)) for name in names if getattr(self, name) != getattr(usual, name)]
        pairs += [(name, _text(value)) for name, value in self.covariates.items()]
        for key, wanted in (("off", False), ("on", True)):
            if names_of := [name for name, on in self.switches.items() if on is wanted]:
                pairs.append((key, ",".join(names_of)))
        pairs += [("extreme", "yes")] if self.extreme else []
        rest = ("view", "product")
        pairs += [(name, getattr(self, name)) for name in rest if getattr(self, name) != getattr(usual, name)]
        return urlencode(pairs)


def read_query(query: str, limits: Limits | None = None) -> tuple[State, dict[str, str]]:
    """Read the state from an address.

    Parameters
    ----------
    query : str
        With or without the question mark.
    limits : Limits, optional
        How much work is taken.

    Returns
    -------
    state : State
        What is wrong is left as usual.
    problems : dict of str to str
        Key -> sentence; "" for what belongs to none.

    Examples
    --------
    >>> state, problems = read_query("?a=ivig+1g/kg&weight_kg=20&off=fcrn_saturation")
    >>> state.a, state.covariates, state.switches, problems
    ('IVIG 1 g/kg', {'weight_kg': 20.0}, {'fcrn_saturation': False}, {})
    >>> read_query("days=0")[1]["days"]
    'days is 0; accepted: a whole number from 1 to 366 (nearest: 1)'
    """
    if len(query) > LONGEST_QUERY:
        return State(), {"": f"the address is too long; accepted: at most {LONGEST_QUERY} characters"}
    given = dict(parse_qsl(query.removeprefix("?"), keep_blank_values=True))
    reader = _Reader({key: value for key, value in given.items() if key not in _LOOKS})
    state = reader.state()
    if not reader.problems:
        reader.check("patients", lambda: _check_work(state, limits or Limits()))
    return state, reader.problems


class _Reader:
    """Reads key by key and keeps what is wrong."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = given
        self.problems: dict[str, str] = {}

    def check(self, key: str, read: Callable[[], Any]) -> Any:
        """Return what `read` returns; None when it refuses."""
        try:
            return read()
        except InputError as error:
            self.problems[key] = str(error)
            return None

    def state(self) -> State:
        known = {*State.__dataclass_fields__, *COVARIATES, "off", "on"} - {"covariates", "switches"}
        for key in self._given.keys() - known:
            self.problems[""] = str(unknown("key in the address", key[:60], known))
        found: dict[str, Any] = {}
        readers: dict[str, Callable[[str], Any]] = {
            "a": _phrase,
            "b": lambda text: _phrase(text) if text.strip() else "",
            "population": check_population,
            "extreme": lambda text: _one_of("extreme", text, _YES_NO) == "yes",
            "view": lambda text: _one_of("view", text, VIEWS),
            "product": _product,
        }
        readers |= {name: _whole_reader(name, *ends) for name, ends in _NUMBERS.items()}
        for key, read in readers.items():
            if key in self._given:
                value = self.check(key, partial(read, self._given[key]))
                if value is not None:
                    found[key] = value
        found["covariates"] = self._covariates(found.get("population", State.population))
        found["switches"] = self._switches()
        return State(**found)

    def _covariates(self, population: str) -> dict[str, Any]:
        accepted = load_population(population).accepted
        found = {}
        for name, covariate in COVARIATES.items():
            text = self._given.get(name, "").strip()
            if text:
                value = _value(text, covariate.yes_no, covariate.levels)
                found[name] = self.check(name, partial(accepted[name].check, name, value))
        return {name: value for name, value in found.items() if value is not None}

    def _switches(self) -> dict[str, bool]:
        usual, found = usual_switches(), {}
        for key, on in (("off", False), ("on", True)):
            for name in filter(None, self._given.get(key, "").split(",")):
                if name not in usual:
                    self.problems[key] = str(unknown("switch", name[:60], usual))
                elif usual[name] != on:
                    found[name] = on
        return found


def _phrase(text: str) -> str:
    """Return a phrase in its canonical form."""
    if len(text) > LONGEST_PHRASE:
        raise InputError(f"the phrase has {len(text)} characters; accepted: at most {LONGEST_PHRASE}")
    if not text.strip():
        raise InputError("regimen A is empty; accepted: a dose phrase (nearest: 'IVIG 1 g/kg daily x2')")
    treatment = read_treatment(text)
    return "untreated" if treatment is None else str(treatment)


def _product(text: str) -> str:
    from ivigsim.products import product

    return product(text).name if text else ""


def _one_of(key: str, text: str, options: Iterable[str]) -> str:
    if text not in (options := tuple(options)):
        raise unknown(key, text[:60], options)
    return text


def _whole_reader(name: str, low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        text = text.strip()
        number = int(text) if text.isdecimal() and len(text) <= 19 else text[:60]
        return check_whole(name, number, low, high)

    return read


def _value(text: str, yes_no: bool, levels: tuple[Any, ...]) -> object:
    """Return the text of a covariate as its kind of value; what is wrong stays text, to be refused."""
    if yes_no:
        return _YES_NO.get(text, text)
    try:
        return text if levels else float(text)
    except ValueError:
        return text[:60]


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return number_text(value) if isinstance(value, float) else str(value)


def _check_work(state: State, limits: Limits) -> None:
    limits.check([state.treatment(letter) for letter in state.phrases], state.patients, state.days)
