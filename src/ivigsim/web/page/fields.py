"""Fields of the form: a label, the field with its key and usual value, and the place of its problem."""

from __future__ import annotations

from htmltools import Tag, TagChild, TagList, tags

from ivigsim.web.page.markup import Attributes


def info(key: str, what: str) -> Tag:
    """Return a button that says what a field is."""
    return tags.button(
        "i",
        {"type": "button", "class": "about info", "data-about": key, "aria-label": f"About {what}"},
    )


def problem(key: str) -> Tag:
    """Return the place where the sentence about a field stands; it is read aloud when it comes."""
    return tags.p({"class": "problem", "id": f"problem-{key}", "data-problem": key, "aria-live": "polite"})


def select(key: str, label: TagChild, options: list[tuple[str, str]], value: str) -> Tag:
    """Return a list to choose from."""
    chosen: Attributes = {"selected": ""}
    choices = [tags.option(text, {"value": name}, chosen if name == value else {}) for name, text in options]
    return tags.div(
        label,
        tags.select(
            *choices,
            {"id": f"field-{key}", "name": key, "class": "form-select", "data-default": value},
            {"aria-describedby": f"problem-{key}"},
        ),
        problem(key),
        class_="field",
    )


def number(key: str, label: TagChild, value: str, low: float, high: float, hint: str = "") -> Tag:
    """Return a box for a number."""
    return tags.div(
        label,
        tags.input(
            {
                "id": f"field-{key}",
                "name": key,
                "type": "text",
                "inputmode": "decimal",
                "class": "form-control",
                "value": value,
                "data-default": value,
                "placeholder": hint,
                "aria-describedby": f"problem-{key}",
                "title": f"{low:g} to {high:g}",
            }
        ),
        problem(key),
        class_="field",
    )


def label(key: str, text: str, about: str = "") -> TagList:
    """Return the label of a field, with a button that says what it is."""
    made = tags.label(text, {"for": f"field-{key}"})
    return TagList(made, info(about, text)) if about else TagList(made)
