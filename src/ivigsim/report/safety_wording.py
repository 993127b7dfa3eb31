"""Words and numbers of adverse events, the same on the terminal and in full."""

from __future__ import annotations

from math import floor, log10

from ivigsim.outcomes.intervals import Interval
from ivigsim.safety.adverse.assessment import Assessment, EventRisk, Summary
from ivigsim.safety.adverse.comparing import Difference, DoseRatio
from ivigsim.safety.adverse.estimates import ABOUT_PLANS, Estimate, OverCourse

NO_FIGURE = "No figure with a denominator in the rows: probability unknown."
NOT_HERE = "No figure that holds for this patient and plan; --event shows those for others."
NOT_AVERAGED = (
    "Sources stand side by side and are never averaged; a range is over sources with one denominator."
)
BLANK = "No figure over the plan: the source counts patients, reports or time already."
NOT_ZERO = (
    "Where no difference is given, the source has nothing that differs between the plans: that is no"
    " difference of zero."
)


def number(value: float) -> str:
    """Return a number with three significant figures and no exponent.

    Examples
    --------
    >>> number(67.0), number(0.06693), number(9439.0), number(0.0)
    ('67', '0.0669', '9,439', '0')
    """
    if value == 0:
        return "0"
    places = max(0, 2 - floor(log10(abs(value))))
    text = f"{value:,.{places}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace("-", "−")


def span(interval: Interval) -> str:
    """Return a value with its limits, or the limits alone.

    Examples
    --------
    >>> span(Interval(67.0, 54.1, 77.8)), span(Interval(None, 11.0, 81.0)), span(Interval(3.5, None, None))
    ('67 (54.1–77.8)', '11–81', '3.5')
    """
    low, high = (None if x is None else number(x) for x in (interval.low, interval.high))
    if interval.value is None:
        return "-" if low is None else f"{low}–{high}"
    return number(interval.value) if low is None else f"{number(interval.value)} ({low}–{high})"


def with_unit(text: str, denominator: str) -> str:
    """Put a number and its denominator together.

    Examples
    --------
    >>> with_unit("67", "% of patients"), with_unit("7.3", "per 10,000 administrations")
    ('67% of patients', '7.3 per 10,000 administrations')
    >>> with_unit("334–600", "1 in so many persons")
    '1 in 334–600 persons'
    """
    if denominator.startswith("1 in so many "):
        return f"1 in {text} {denominator.removeprefix('1 in so many ')}"
    return f"{text}{denominator}" if denominator.startswith("%") else f"{text} {denominator}"


def figure_text(estimate: Estimate) -> str:
    """Return a figure with its denominator and limits.

    Examples
    --------
    >>> from ivigsim.safety.adverse import assess
    >>> found = assess("IVIG 1 g/kg daily x2")["headache"]
    >>> next(figure_text(each) for each in found.estimates if each.id == "itp_panzyga_head")
    '42.5% of patients (28.5–57.8)'
    """
    value, low, high = estimate.figure.value, estimate.figure.low, estimate.figure.high
    if value is None:
        return with_unit(span(estimate.figure), estimate.denominator)
    limits = "" if low is None or high is None else f" ({number(low)}–{number(high)})"
    return with_unit(number(value), estimate.denominator) + limits


def course_text(course: OverCourse | None) -> str:
    """Return a figure over the plan: lower to upper end, with the outer limits, and what was assumed."""
    if course is None:
        return ""
    same, apart = course.same, course.apart
    if same == apart:
        text = percents(same)
    elif same.value is None or apart.value is None:
        text = percents(Interval(None, same.low, apart.high))
    else:
        limits = (
            "" if same.low is None or apart.high is None else f" ({number(same.low)}–{number(apart.high)})"
        )
        text = f"{number(same.value)}–{number(apart.value)}%{limits}"
    return f"{text} of patients, {course.assumption}"


def percents(interval: Interval) -> str:
    """Return a value with a percent sign and its limits.

    Examples
    --------
    >>> percents(Interval(5.0, 4.0, 6.0)), percents(Interval(None, 4.0, 6.0))
    ('5% (4–6)', '4–6%')
    """
    if interval.value is None:
        return f"{span(interval)}%"
    limits = span(interval).removeprefix(number(interval.value))
    return f"{number(interval.value)}%{limits}"


def difference_text(found: Difference) -> str:
    """Return a difference: both ends when they are not the same."""
    if found.same is None or found.apart is None:
        return "not told apart"
    ends = span(found.same)
    if found.same != found.apart:
        ends = f"from {ends} to {span(found.apart)}"
    return f"{ends} {found.unit}"


def summary_text(found: Summary) -> str:
    """Return the range over sources.

    Examples
    --------
    >>> from ivigsim.safety.adverse import assess
    >>> found = assess("IVIG 1 g/kg daily x2", covariates={"age_years": 40})["headache"]
    >>> summary_text(found.summaries[-1])
    'headache: 28.6–67% of patients (limits 16.3–77.8), 3 sources'
    """
    ends = number(found.low) if found.low == found.high else f"{number(found.low)}–{number(found.high)}"
    limits = "interval unknown"
    if found.least is not None and found.greatest is not None:
        limits = f"limits {number(found.least)}–{number(found.greatest)}"
    if (found.low, found.high) == (found.least, found.greatest):
        limits = "published range"
    n = len(found.rows)
    text = f"{found.outcome}: {with_unit(ends, found.denominator)} ({limits}), {n} source{'s' * (n > 1)}"
    return f"{text}; {found.condition}" if found.condition else text


def nothing_text(risk: EventRisk) -> str:
    """Say why no figure is shown; empty when one is.

    Examples
    --------
    >>> from ivigsim.safety.adverse import assess
    >>> nothing_text(assess("IVIG 1 g/kg")["hyponatraemia"])
    'No figure with a denominator in the rows: probability unknown.'
    """
    if risk.used:
        return ""
    about = [each for each in risk.estimates if each.verified and each.quantity in ABOUT_PLANS]
    return NOT_HERE if about else NO_FIGURE


def factor_notes(risk: EventRisk) -> list[str]:
    """Return what raises or lowers the risk here, and what may."""
    notes = []
    for word, present in (("here", True), ("if so", None)):
        for direction in ("raises", "lowers"):
            found = [f for f in risk.factors if f.direction == direction and f.present is present]
            if found:
                texts = "; ".join(f"{f.factor} ({f.size}; {f.row})" for f in found)
                notes.append(f"{direction.capitalize()} the risk, {word}: {texts}.")
    return notes


def modifier_notes(risk: EventRisk) -> list[str]:
    """Return the published ratios: applied here, or why not."""
    notes = []
    for each in risk.modifiers:
        if each.applied:
            notes.append(f"Applied: {each.text}, {each.factor} ({each.row}).")
        elif each.applied is None:
            notes.append(f"Not applied, {each.why}: {each.text}, {each.factor} ({each.row}).")
    return notes


def dose_text(found: DoseRatio) -> str:
    """Return the odds ratio of haemolysis by dose.

    Examples
    --------
    >>> dose_text(DoseRatio(1.0, 1.0, 1.0, 0.0, "ont_hem_dose", ""))
    'Haemolysis by dose: both plans give the same grams, odds ratio 1 (ont_hem_dose).'
    """
    if found.grams == 0:
        return f"Haemolysis by dose: both plans give the same grams, odds ratio 1 ({found.row})."
    ratio = span(Interval(found.value, found.low, found.high))
    return (
        f"Haemolysis by dose: odds ratio {ratio} for B against A, {number(found.grams)} g"
        f" ({found.row}; the dose of the row is taken to be all grams of the plan, assumed)."
    )


def patient_text(found: Assessment) -> str:
    """Return for whom, in one line.

    Examples
    --------
    >>> from ivigsim.safety.adverse import assess
    >>> patient_text(assess("IVIG 1 g/kg", covariates={"diabetes": True}))
    'diabetes = yes, 70 kg (assumed); all else unknown'
    """
    texts = []
    for name, value in found.covariates.items():
        text = ("yes" if value else "no") if isinstance(value, bool) else value
        texts.append(f"{name} = {text:g}" if isinstance(value, float) else f"{name} = {text}")
    texts.append(f"{found.plan.weight_kg:g} kg{' (assumed)' if found.weight_assumed else ''}")
    return f"{', '.join(texts)}; all else unknown"


def plan_text(found: Assessment) -> str:
    """Return what of the plan matters.

    Examples
    --------
    >>> from ivigsim.safety.adverse import assess
    >>> plan_text(assess("IVIG 1 g/kg daily x2"))
    '2 infusions, 140 g, up to 2 g/kg in a week, 4 mg/kg/min (16.8 g/h), no steroid with it'
    """
    plan = found.plan
    infusions = "1 infusion" if plan.infusions == 1 else f"{plan.infusions} infusions"
    names = " and ".join(plan.steroids)
    steroid = {
        "yes": f"{names} with every infusion",
        "part": f"{names} with some infusions only: not counted as cover",
        "no": f"{names} not with the infusions: no cover" if names else "no steroid with it",
    }[plan.steroid]
    return (
        f"{infusions}, {number(plan.grams)} g, up to {number(plan.course_g_kg)} g/kg in a week,"
        f" {number(plan.rate_mg_kg_min)} mg/kg/min ({number(plan.rate_g_h)} g/h), {steroid}"
    )
