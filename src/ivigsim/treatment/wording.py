"""How offending text, numbers and times are written in messages and canonical phrases."""

from __future__ import annotations

LONGEST_QUOTE = 60  # characters; assumed: enough to find the place, short enough for one line


def shown(value: object, *, quote: bool = True) -> str:
    """Return `value` as a message quotes it: on one line and not too long.

    Examples
    --------
    >>> shown("IVIG 1 g")
    "'IVIG 1 g'"
    >>> len(shown("x" * 1000))
    62
    """
    text = value if isinstance(value, str) else repr(value)
    if len(text) > LONGEST_QUOTE:
        text = text[: LONGEST_QUOTE - 3] + "..."
    return repr(text) if quote and isinstance(value, str) else text


def number_text(value: float) -> str:
    """Return the shortest text that reads back as `value`.

    Examples
    --------
    >>> number_text(2.0), number_text(0.4)
    ('2', '0.4')
    """
    return repr(float(value)).removesuffix(".0")
