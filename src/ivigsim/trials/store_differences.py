"""In what two scenarios differ, key by key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

ABSENT = "absent"


@dataclass(frozen=True)
class Difference:
    """A key with its value in one scenario and in another, as text.

    Examples
    --------
    >>> str(Difference("size", "200", "100"))
    'size is 200 there and 100 here'
    """

    key: str
    there: str
    here: str

    def __str__(self) -> str:
        """Return it in words."""
        return f"{self.key} is {self.there} there and {self.here} here"


def scenario_differences(there: str, here: str) -> tuple[Difference, ...]:
    r"""Return in what two scenario texts differ; comments, spaces and the order of keys do not count.

    Examples
    --------
    >>> there = "size: 200  # many\narms: [{name: A}, {name: B}]"
    >>> for each in scenario_differences(there, "arms: [{name: A}, {name: C}]\nsize: 100"):
    ...     print(each)
    size is 200 there and 100 here
    arms[1].name is B there and C here
    >>> scenario_differences("size: 100", "size:  100 # few")
    ()
    """
    if there == here:
        return ()
    first, second = (dict(_leaves("", _parsed(text))) for text in (there, here))
    return tuple(
        Difference(key, first.get(key, ABSENT), second.get(key, ABSENT))
        for key in {**first, **second}
        if first.get(key) != second.get(key)
    )


def _parsed(text: str) -> Any:
    """Return a scenario as data; what is no YAML is compared as text."""
    import yaml

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return text


def _leaves(key: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        for name, each in value.items():
            yield from _leaves(f"{key}.{name}" if key else str(name), each)
    elif isinstance(value, list) and value:
        for i, each in enumerate(value):
            yield from _leaves(f"{key}[{i}]", each)
    else:
        yield key or "the text", str(value)
