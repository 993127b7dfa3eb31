"""Say in one sentence what is wrong in an indication file."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import BaseModel, ValidationError

from ivigsim.errors import nearest

_ACCEPTED = {
    "float_type": "a number",
    "finite_number": "a finite number",
    "string_type": "text in quotes",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "string_pattern_mismatch": "small letters, digits and hyphens, as in 'every-4-weeks'",
}


def first_refusal(error: ValidationError, model: type[BaseModel], parts: dict[str, type[BaseModel]]) -> str:
    """Return the first complaint: field, what was wrong, what is accepted.

    Parameters
    ----------
    error : ValidationError
    model : type
        What was validated.
    parts : dict of str to type
        The models of its lists, by their field.

    Examples
    --------
    >>> from ivigsim.indications.definition import Target
    >>> try:
    ...     Target.model_validate({"quantity": "trough", "g_per_l": "8", "source": "a guideline"})
    ... except ValidationError as error:
    ...     first_refusal(error, Target, {})
    "g_per_l is '8'; accepted: a number"
    """
    # a misspelt key is both unknown and missing: the first says more
    found = min(error.errors(), key=lambda each: each["type"] != "extra_forbidden")
    kind, given, loc = found["type"], found["input"], found["loc"]
    field = _field(loc)
    if kind == "value_error":
        said = str(found["ctx"]["error"])
        return f"{field} {said}" if said.startswith("is ") else said
    if kind == "missing":
        return f"field '{field}' is missing; accepted: a file with it"
    if kind == "extra_forbidden":
        owner = parts.get(str(loc[0]), model) if len(loc) > 1 else model
        return f"field '{field}' is unknown; {_options(str(loc[-1]), owner.model_fields)}"
    accepted = _ACCEPTED.get(kind) or found["msg"].partition(" should ")[2].removeprefix("be ")
    return f"{field} is {given!r}; accepted: {accepted or found['msg']}"


def _field(loc: tuple[int | str, ...]) -> str:
    """Return where it is: tables of a list are counted from 1, branches of a union left out."""
    keys = [f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in loc[:3]]
    return "".join(keys).lstrip(".")


def _options(word: str, options: Iterable[str]) -> str:
    names = [name for name in options if name != "name" or word == "name"]
    close = nearest(word, names)
    return f"accepted: {', '.join(names)}" + (f" (nearest: '{close}')" if close else "")
