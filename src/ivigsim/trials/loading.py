"""Read scenario files: YAML checked against the model, every complaint one sentence."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from ivigsim.errors import InputError, nearest, unknown
from ivigsim.trials.scenario import Scenario

_ACCEPTED = {
    "float_type": "a number",
    "float_parsing": "a number",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "finite_number": "a finite number",
    "string_type": "text",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "dict_type": "keys with values",
    "model_type": "keys with values",
    "too_short": "at least one",
    "string_too_short": "some text",
}


def examples() -> tuple[str, ...]:
    """Return the names of the scenarios that come with ivigsim.

    Examples
    --------
    >>> "two-schedules" in examples()
    True
    """
    folder = files(__package__).joinpath("examples")
    return tuple(sorted(f.name.removesuffix(".yaml") for f in folder.iterdir() if f.name.endswith(".yaml")))


def example(name: str) -> str:
    """Return the text of a scenario that comes with ivigsim.

    Raises
    ------
    InputError
        When there is none of this name.
    """
    if name not in examples():
        raise unknown("example", name, examples())
    return files(__package__).joinpath("examples", f"{name}.yaml").read_text(encoding="utf-8")


def load_scenario(path: Path) -> tuple[Scenario, str]:
    """Read a scenario file.

    Parameters
    ----------
    path : Path
        A YAML file; population files that it names lie beside it.

    Returns
    -------
    scenario : Scenario
    text : str
        As it stands in the file.

    Raises
    ------
    InputError
        When the file cannot be read or is wrong, with the first thing that is.
    """
    where = f"scenario '{path}'"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        hint = (
            f"; a name of an example is written by --new --example NAME ({', '.join(examples())})"
            if not path.suffix
            else ""
        )
        raise InputError(f"{where} cannot be read ({error.strerror}); accepted: a YAML file{hint}") from None
    except UnicodeDecodeError:
        raise InputError(f"{where} is not UTF-8 text; accepted: a YAML file") from None
    try:
        return read_scenario(text, path.parent), text
    except InputError as error:
        raise InputError(f"{where}: {error}") from None


def read_scenario(text: str, folder: Path = Path()) -> Scenario:
    """Read a scenario from YAML text and check it whole, populations and guidance too.

    Raises
    ------
    InputError
        With the first thing that is wrong and what is accepted.

    Examples
    --------
    >>> read_scenario("title: x")
    Traceback (most recent call last):
    ...
    ivigsim.errors.InputError: key 'size' is missing; accepted: a scenario with it
    """
    return check_scenario(_parsed(text), folder)


def stored_scenario(text: str) -> Scenario:
    """Read the scenario of a stored run, which was checked when it began.

    Raises
    ------
    InputError
        When this version cannot read it.
    """
    try:
        return Scenario.model_validate(_parsed(text))
    except ValidationError as error:
        raise InputError(f"the stored scenario is not one of this version: {_complaint(error)}") from None


def check_scenario(content: Mapping[str, Any], folder: Path = Path()) -> Scenario:
    """Make a scenario from its keys and values, checked as one that was read.

    Raises
    ------
    InputError
        As `read_scenario`.
    """
    try:
        scenario = Scenario.model_validate(content)
    except ValidationError as error:
        raise InputError(_complaint(error)) from None
    _check_patients(scenario, folder)
    if scenario.guidance:
        from ivigsim.guidance import cite

        cite(scenario.guidance)
    return scenario


def scenario_schema() -> str:
    """Return the JSON schema of scenario files, for editors.

    Examples
    --------
    >>> json.loads(scenario_schema())["title"]
    'ivigsim scenario'
    """
    schema = Scenario.model_json_schema()
    schema |= {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "ivigsim scenario"}
    return json.dumps(schema, indent=2) + "\n"


def need_extra() -> None:
    """Refuse to go on without the libraries of trials."""
    from importlib.util import find_spec

    for module in ("yaml", "statsmodels", "lifelines"):
        if find_spec(module) is None:
            raise InputError(
                f"trials need {module}, which is not installed; accepted: pip install 'ivigsim[trials]'"
            )


def _parsed(text: str) -> dict[str, Any]:
    need_extra()
    import yaml

    try:
        content = yaml.load(text, Loader=_loader())
    except yaml.MarkedYAMLError as error:
        line = f" in line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise InputError(f"it is not YAML: {error.problem}{line}; accepted: a YAML file") from None
    except yaml.YAMLError as error:
        raise InputError(f"it is not YAML: {' '.join(str(error).split())}; accepted: a YAML file") from None
    if not isinstance(content, dict):
        raise InputError("it holds no keys; accepted: a scenario, as `ivigsim trial --new` writes")
    return content


@cache
def _loader() -> Any:
    """Return yaml's safe loader, which lets a key stand twice, made to refuse that."""
    import yaml

    class Loader(yaml.SafeLoader):
        def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
            keys = [self.construct_object(key, deep=True) for key, _ in node.value]
            for i, key in enumerate(keys):
                if key in keys[:i]:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"key {key!r} is there twice", node.start_mark
                    )
            return dict(super().construct_mapping(node, deep))

    return Loader


def _complaint(error: ValidationError) -> str:
    """Return the first complaint in one sentence: key, what was wrong, what is accepted."""
    # a misspelt key is both unknown and missing: the first says more
    found = min(error.errors(), key=lambda each: each["type"] != "extra_forbidden")
    kind, given, context = found["type"], found["input"], found.get("ctx", {})
    loc = found["loc"]
    key = ".".join(str(part + 1) if isinstance(part, int) else part for part in loc)
    if kind == "value_error":
        return f"{key}: {context['error']}" if key else str(context["error"])
    if kind == "missing":
        return f"key '{key}' is missing; accepted: a scenario with it"
    if kind == "extra_forbidden":
        known = _known_keys(loc[:-1])
        close = nearest(str(loc[-1]), known)
        hint = f" (nearest: '{close}')" if close else ""
        return f"key '{key}' is unknown; accepted: {', '.join(known)}{hint}"
    accepted = _ACCEPTED.get(kind) or _ranged(found["msg"])
    return f"{key} is {given!r}; accepted: {accepted}"


def _ranged(message: str) -> str:
    """Return what pydantic accepts, from its own message."""
    wanted = message.partition(" should ")[2].removeprefix("be ") or message
    return wanted.replace("'", "")


def _known_keys(loc: Iterable[int | str]) -> list[str]:
    """Return the keys accepted at a place of a scenario."""
    part: Any = Scenario
    for key in loc:
        if isinstance(key, str):
            part = _model_in(part.model_fields[key].annotation)
    return list(part.model_fields)


def _model_in(annotation: Any) -> Any:
    """Return the model inside `list[Model]`, `Model | None` or `Model`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inside = (_model_in(each) for each in getattr(annotation, "__args__", ()))
    return next((model for model in inside if model is not None), None)


def _check_patients(scenario: Scenario, folder: Path) -> None:
    """Refuse what only a look at populations, covariates and switches can find."""
    from ivigsim.checks import check_switches
    from ivigsim.model.parameters import switches
    from ivigsim.patients.covariates import check_covariates
    from ivigsim.trials.cohort import population_of

    check_switches(scenario.switches, switches())
    for group in scenario.populations:
        people = population_of(group, folder)
        if not people.disease:
            raise InputError(f"population '{group.name}' has no ITP; accepted: one with it")
        check_covariates(group.covariates, people.accepted)
