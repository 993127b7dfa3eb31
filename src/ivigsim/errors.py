"""One kind of error for input a person can mend, always one sentence."""

from __future__ import annotations

from collections.abc import Iterable


class InputError(ValueError):
    """A wrong input: the message says what was wrong, what is accepted and the nearest valid value.

    The command line prints it alone and ends with exit code 2.

    Examples
    --------
    >>> from ivigsim.errors import InputError
    >>> raise InputError("patients is -3; accepted is a whole number from 1")
    Traceback (most recent call last):
    ...
    ivigsim.errors.InputError: patients is -3; accepted is a whole number from 1
    """


def plain(value: object) -> object:
    """Return a numpy scalar as the Python number or truth value it holds, anything else as it is.

    Examples
    --------
    >>> import numpy as np
    >>> plain(np.int64(20)), plain(np.True_), plain("x")
    (20, True, 'x')
    """
    item = getattr(value, "item", None)
    return item() if callable(item) and getattr(value, "ndim", None) == 0 else value


def nearest(word: str, options: Iterable[str]) -> str | None:
    """Return the option spelt most like `word`, or None when none is close.

    Examples
    --------
    >>> nearest("adult-cronic", ["adult-chronic", "healthy"])
    'adult-chronic'
    """
    import difflib

    by_lower = {option.lower(): option for option in options}
    found = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.5)
    return by_lower[found[0]] if found else None


def unknown(what: str, word: str, options: Iterable[str], also: Iterable[str] = ()) -> InputError:
    """Build the error for a name that is not in a list of names.

    `also` holds names that are accepted too, too many to list, but may be the nearest.

    Examples
    --------
    >>> str(unknown("population", "adult-cronic", ["adult-chronic"]))
    "unknown population 'adult-cronic'; accepted: adult-chronic (nearest: 'adult-chronic')"
    """
    names = sorted(options)
    close = nearest(word, [*names, *also])
    hint = f" (nearest: '{close}')" if close else ""
    return InputError(f"unknown {what} {word!r}; accepted: {', '.join(names)}{hint}")
