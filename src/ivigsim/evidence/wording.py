"""Say in a few words what a row measured, from its typed endpoint."""

from __future__ import annotations

from ivigsim.evidence.listing import window_text
from ivigsim.evidence.rows import Endpoint, Row


def result_text(row: Row) -> str:
    """Return what was measured and the result; as published where it cannot be simulated.

    A share at most a count stands as the share above it, and a drug's share less that of placebo as their
    difference, as the row is simulated: see its reading.

    Examples
    --------
    >>> from ivigsim.evidence import load_rows
    >>> known = {row.id: row for row in load_rows()}
    >>> result_text(known["E019"])
    'share with platelets ≥50 by day 7: 80.7 %'
    >>> result_text(known["E154"]).partition(":")[0]
    'difference of shares with platelets ≥50 at ≥4 of 6 visits, against untreated'
    """
    if row.value is None:
        return f"{row.endpoint_published}: {row.value_published} {row.unit}".strip().rstrip(":")
    against = f", against {row.against}" if row.against else ""
    unit = "" if row.unit == "ratio" else f" {row.unit}"
    return f"{endpoint_text(row.measured)}{against}: {row.value:g}{unit}"


def endpoint_text(endpoint: Endpoint) -> str:
    """Return an endpoint in words.

    Examples
    --------
    >>> endpoint_text(Endpoint("median", "time to platelets", 50, None, None, None, (), "responders"))
    'median time to platelets ≥50 in responders'
    """
    shares = "share" in endpoint.statistic or endpoint.statistic.endswith("ratio")
    parts = [endpoint.statistic, "with" if shares else "of" if "means" in endpoint.statistic else ""]
    at_visits = endpoint.quantity == "visits with platelets"
    name = endpoint.quantity.removeprefix("visits with ") if shares else endpoint.quantity
    parts += [name.replace("igg", "IgG"), _threshold(endpoint)]
    if at_visits and shares:
        parts.append(f"at ≥{endpoint.at_least:g} of {len(endpoint.visits)} visits")
    elif endpoint.at_least is not None:
        parts.append(f"for ≥{endpoint.at_least:g} d")
    if endpoint.window is not None:
        parts.append(window_text(endpoint.window))
    if endpoint.over != "all patients":
        parts.append(f"in {endpoint.over}")
    return " ".join(filter(None, parts))


def _threshold(endpoint: Endpoint) -> str:
    if endpoint.threshold is None:
        return ""
    sign = "≤" if endpoint.quantity.startswith(("lowest", "days below")) else "≥"
    fold = "" if endpoint.fold is None else f" and {endpoint.fold:g}x baseline"
    return f"{sign}{endpoint.threshold:.3g}{fold}"
