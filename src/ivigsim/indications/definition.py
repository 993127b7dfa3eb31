"""What an indication file may hold, strictly checked."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from ivigsim.errors import InputError
from ivigsim.indications.plan import Plan, read_plan

UNKNOWN = "unknown"
"""What a file says, or a missing key means, where the sources give nothing."""

NAME_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"


def _not_blank(text: str) -> str:
    if not text.strip():
        raise InputError("is blank; accepted: text, or 'unknown'")
    return text


Text = Annotated[str, AfterValidator(_not_blank)]
Source = Annotated[str, Field(min_length=3), AfterValidator(_not_blank)]


class _Part(BaseModel):
    """Unknown keys, numbers in quotes, NaN and infinity are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Template(_Part):
    """One usual regimen as dose phrases: a course, or maintenance with or without loading.

    Attributes
    ----------
    name : str
        Short, in lower case with hyphens; unique within the indication.
    course, loading, maintenance : str or None
        Dose phrases. Those of `maintenance` have an interval and no count: they go on. IVIG only.
    source, note : str
        Where it was read, and what had to be assumed to write it as phrases.

    Examples
    --------
    >>> from ivigsim.indications import load_indication
    >>> template = load_indication("cidp").regimens[0]
    >>> template.loading, template.maintenance
    ('IVIG 1 g/kg daily x2', 'IVIG 1 g/kg every 3 weeks from day 21')
    """

    name: Annotated[str, Field(pattern=NAME_PATTERN)]
    course: Text | None = None
    loading: Text | None = None
    maintenance: Text | None = None
    source: Source
    note: Text | None = None

    @property
    def text(self) -> str:
        """All phrases in one, as `--dose` takes them."""
        return " + ".join(part for part in (self.course, self.loading, self.maintenance) if part)

    def plan(self) -> Plan:
        """Return the doses."""
        return read_plan(self.text)

    @model_validator(mode="after")
    def _one_kind(self) -> Template:
        kinds = "accepted: course alone, or maintenance with or without loading"
        if (self.course is None) == (self.maintenance is None) or (self.course and self.loading):
            given = [name for name in ("course", "loading", "maintenance") if getattr(self, name)]
            raise InputError(f"regimen {self.name!r} has {' and '.join(given) or 'no doses'}; {kinds}")
        for key in ("course", "loading", "maintenance"):
            phrases = getattr(self, key)
            if phrases is None:
                continue
            try:
                plan = read_plan(phrases)
            except InputError as error:
                raise InputError(f"{key} of regimen {self.name!r}: {error}") from None
            goes_on = bool(plan.maintenance)
            if goes_on != (key == "maintenance") or (goes_on and plan.loading):
                form = (
                    "every INTERVAL without xCOUNT" if key == "maintenance" else "a number of doses (xCOUNT)"
                )
                raise InputError(f"{key} of regimen {self.name!r} is {phrases!r}; accepted: {form}")
        self.plan()  # maintenance must not start within the loading
        return self


class Target(_Part):
    """A level of IgG that treatment aims at, where a source names one.

    Attributes
    ----------
    quantity : str
        "trough" at steady state, or "rise on day 14" over the level before treatment.
    g_per_l : float
    source, note : str
    """

    quantity: Literal["trough", "rise on day 14"]
    g_per_l: Annotated[float, Field(gt=0, le=100)]
    source: Source
    note: Text | None = None


class Finding(_Part):
    """Something published that stands beside a simulation: what, its value with unit, and the source."""

    what: Text
    value: Text
    source: Source


class Indication(_Part):
    """One indication as its file describes it.

    Attributes
    ----------
    name : str
        Name of the file without ".toml", or the path of a file of your own.
    title : str
    aliases : tuple of str
        Other names it is found by.
    population, population_reason : str
        The population of ivigsim whose IgG stands for these patients, and why.
    covariates : dict of str to object
        Covariates fixed for everyone.
    patients, usual, interval, aim, products, first_approval, mechanism, age, weight : str
        As published; "unknown" where the sources give nothing.
    platelets : bool
        Whether ivigsim models its platelets: in ITP alone.
    regimens : list of Template
    targets, findings : list of Target and of Finding
    source, notes : str

    Examples
    --------
    >>> from ivigsim.indications import load_indication
    >>> load_indication("kawasaki").mechanism
    'unknown'
    """

    name: str
    title: Annotated[str, Field(min_length=3), AfterValidator(_not_blank)]
    aliases: list[Annotated[str, Field(min_length=2)]] = []
    population: str
    population_reason: Source
    covariates: dict[str, float | bool | str] = {}
    patients: Text = UNKNOWN
    usual: Text = UNKNOWN
    interval: Text = UNKNOWN
    aim: Text = UNKNOWN
    products: Text = UNKNOWN
    first_approval: Text = UNKNOWN
    mechanism: Text = UNKNOWN
    age: Text = UNKNOWN
    weight: Text = UNKNOWN
    platelets: bool = False
    regimens: Annotated[list[Template], Field(min_length=1)]
    targets: list[Target] = []
    findings: list[Finding] = []
    source: Source
    notes: Text = UNKNOWN

    def template(self, name: str | None = None) -> Template:
        """Return a regimen by its name; without one, the first.

        Raises
        ------
        InputError
            When there is none of that name.

        Examples
        --------
        >>> from ivigsim.indications import load_indication
        >>> load_indication("kd").template("label-single").course
        'IVIG 1 g/kg'
        """
        from ivigsim.errors import unknown

        known = {each.name: each for each in self.regimens}
        if name is None:
            return self.regimens[0]
        if name not in known:
            raise unknown(f"regimen of {self.name}", name, known)
        return known[name]

    def target(self, quantity: str) -> Target | None:
        """Return the first target for a quantity; None where the sources name none."""
        return next((each for each in self.targets if each.quantity == quantity), None)

    @model_validator(mode="before")
    @classmethod
    def _known_population(cls, content: Any) -> Any:
        from ivigsim.errors import unknown
        from ivigsim.patients.population import population_names

        name = content.get("population") if isinstance(content, dict) else None
        if isinstance(name, str) and name not in population_names():
            raise unknown("population", name, population_names())
        return content

    @model_validator(mode="after")
    def _consistent(self) -> Indication:
        from ivigsim.patients.covariates import check_covariates
        from ivigsim.patients.population import load_population

        check_covariates(self.covariates, load_population(self.population).accepted)
        names = [each.name for each in self.regimens]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise InputError(f"regimens holds {twice!r} twice; accepted: a name of its own for each")
        if self.platelets and not load_population(self.population).disease:
            raise InputError(f"platelets is true with population {self.population!r}; accepted: one with ITP")
        return self
