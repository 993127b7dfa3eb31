"""What pydantic refuses in a population file, as one sentence of ours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from ivigsim.errors import nearest
from ivigsim.patients.spreads import KINDS, BySex, Override

_ACCEPTED = {
    "float_type": "a number",
    "finite_number": "a finite number",
    "string_type": "text in quotes",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
}
_POPULATION = ("title", "source", "disease", "covariates", "parameters", "at_most")


def first_refusal(error: ValidationError) -> str:
    """Return the first complaint about a population in one sentence: key, what was wrong, what is accepted.

    Examples
    --------
    >>> from ivigsim.patients.population import Population
    >>> try:
    ...     Population.model_validate({"name": "mine", "title": "Mine", "source": 7, "covariates": {}})
    ... except ValidationError as error:
    ...     first_refusal(error)
    'source is 7; accepted: text in quotes'
    """
    # a misspelt key is both unknown and missing: the first says more
    found = min(error.errors(), key=lambda each: each["type"] != "extra_forbidden")
    kind, given, context = found["type"], found["input"], found.get("ctx", {})
    place = _place(found["loc"])
    key = ".".join(place)
    if kind == "value_error":
        return str(context["error"])
    if kind == "missing":
        return f"key '{key}' is missing; accepted: a file with it"
    if kind == "extra_forbidden":
        return f"key '{key}' is unknown; {_options(place[-1], _known_keys(found['loc']))}"
    if kind == "union_tag_not_found":
        return f"key '{key}.kind' is missing; accepted: {', '.join(KINDS)}"
    if kind == "union_tag_invalid":
        return f"{key}.kind is {given['kind']!r}; {_options(str(given['kind']), KINDS)}"
    if place[-1] == "mean":
        return f"{key} is {given!r}; accepted: a number, or one for F and one for M"
    accepted = _ACCEPTED.get(kind) or found["msg"].partition(" should ")[2].removeprefix("be ")
    return f"{key} is {given!r}; accepted: {accepted}"


def _place(loc: tuple[int | str, ...]) -> list[str]:
    """Return the keys that lead to a complaint, without the names of pydantic's branches."""
    keys = [str(part) for part in loc]
    if keys[:1] == ["covariates"]:
        del keys[2:3]  # the kind of the spread
    return [key for key in keys if key not in ("float", BySex.__name__)] if "mean" in keys else keys


def _known_keys(loc: tuple[int | str, ...]) -> Iterable[str]:
    if len(loc) == 1:
        return _POPULATION
    if loc[0] == "parameters":
        return Override.model_fields
    return BySex.model_fields if BySex.__name__ in loc else KINDS[str(loc[2])].model_fields


def _options(word: str, options: Iterable[str] | Mapping[str, Any]) -> str:
    close = nearest(word, options)
    return f"accepted: {', '.join(options)}" + (f" (nearest: '{close}')" if close else "")
