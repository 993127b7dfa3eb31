"""Places in the page: for charts, for what the server writes, and the box with details."""

from __future__ import annotations

from htmltools import Tag, TagList, tags

from ivigsim.web.page.markup import Attributes


def button(text: str, more: Attributes, class_: str = "") -> Tag:
    """Return a small button."""
    classes = f"btn btn-sm btn-outline-secondary {class_}".strip()
    return tags.button(text, {"type": "button", "class": classes}, more)


def slot(name: str) -> Tag:
    """Return a place that the server fills."""
    return tags.div({"data-slot": name, "class": f"slot slot-{name}"})


def figure(name: str, title: str, reading: str = "", *, big: bool = False) -> Tag:
    """Return a place for a chart: its title, ways to save it, and the same in words."""
    save = [
        tags.button(
            kind.upper(),
            {
                "type": "button",
                "class": "save",
                "data-save": kind,
                "data-chart": name,
                "aria-label": f"Save {title} as {kind.upper()}",
            },
        )
        for kind in ("svg", "png")
    ]
    return tags.figure(
        tags.div(
            tags.h3(title, id=f"title-{name}"), tags.small(reading), tags.div(*save), class_="figure-head"
        ),
        tags.div(
            {
                "id": f"chart-{name}",
                "class": f"chart{' big' if big else ''}",
                "role": "img",
                "aria-labelledby": f"title-{name}",
                "aria-describedby": f"say-{name}",
            }
        ),
        tags.figcaption({"class": "visually-hidden", "id": f"say-{name}", "data-slot": f"say-{name}"}),
    )


def dialog() -> Tag:
    """Return the box with what stands behind a value; the browser fills it."""
    lines = [
        TagList(tags.dt(title), tags.dd({"data-detail": name}))
        for name, title in {
            "value": "Value",
            "unit": "Unit",
            "spread": "Spread",
            "source": "Source",
            "more": "What it is",
        }.items()
    ]
    copies = [
        tags.div(
            tags.h3(title),
            tags.pre(tags.code({"data-detail": name}), {"tabindex": "0", "aria-label": title}),
            button("Copy", {"data-copy-detail": name, "aria-label": f"Copy {title.lower()}"}),
            {"data-part": name},
        )
        for name, title in {"command": "Command", "code": "Python"}.items()
    ]
    return tags.dialog(
        tags.div(
            tags.h2({"id": "detail-title", "data-detail": "title"}),
            button("Close", {"data-close": ""}),
            class_="figure-head",
        ),
        tags.dl(*lines),
        tags.p(tags.a("Open the source", {"data-detail": "link", "rel": "noreferrer", "target": "_blank"})),
        *copies,
        {"id": "detail", "aria-labelledby": "detail-title"},
    )
