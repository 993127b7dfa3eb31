"""`ivigsim safety`: the adverse events of a plan, by source, and the difference between two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from ivigsim.cli.options import Seed
from ivigsim.errors import InputError, unknown

if TYPE_CHECKING:
    from ivigsim.safety.adverse import Assessment, HaemolysisCourse

_YES_NO = {"yes": True, "true": True, "no": False, "false": False}


def safety(
    phrase: Annotated[
        str, typer.Argument(metavar="PHRASE", help='Dose phrase, as in "IVIG 1 g/kg daily x2".')
    ],
    other: Annotated[
        str | None, typer.Argument(metavar="[PHRASE]", help="A second plan, for the differences.")
    ] = None,
    event: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Show every row of this event in full, as in headache."),
    ] = None,
    product: Annotated[
        str | None, typer.Option(metavar="NAME", help="Product, as in Privigen.", show_default=False)
    ] = None,
    age: Annotated[float | None, typer.Option(help="Age (years).", show_default=False)] = None,
    weight: Annotated[
        float | None, typer.Option(help="Weight (kg); 70 kg is assumed for an adult.", show_default=False)
    ] = None,
    blood_group: Annotated[
        str | None, typer.Option(metavar="GROUP", help="O, A, B or AB.", show_default=False)
    ] = None,
    diabetes: Annotated[
        bool | None, typer.Option("--diabetes/--no-diabetes", help="Unknown unless said.")
    ] = None,
    covariate: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE",
            help="What else is known: sex, renal_disease, migraine, prior_thrombosis, first_ivig,"
            " premedication, frequent_reactions, immunosuppressed, inflammation, iga_deficient (yes or no),"
            " isoagglutinin_reduction, titre; repeatable.",
        ),
    ] = None,
    infusions: Annotated[
        int | None,
        typer.Option(help="Infusions, when doses are split further than the plan says.", show_default=False),
    ] = None,
    rate: Annotated[
        float | None,
        typer.Option(help="Fastest rate (mg/kg/min) instead of the plan's.", show_default=False),
    ] = None,
    course: Annotated[
        bool,
        typer.Option("--course/--no-course", help="Simulate haemoglobin by blood group, and viscosity."),
    ] = True,
    titre_ratio: Annotated[
        float, typer.Option(help="Isoagglutinin titre over that of the product the model is fitted to.")
    ] = 1.0,
    population: Annotated[
        str | None,
        typer.Option(
            help="Population of the simulation; adult-chronic, or child-new below 18 years.",
            show_default=False,
        ),
    ] = None,
    patients: Annotated[int, typer.Option(help="Virtual patients in each blood group.")] = 200,
    seed: Seed = 1,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
) -> None:
    """List the adverse events of a plan.

    Each source's probability keeps its denominator and interval; sources are never averaged. A second plan
    adds the absolute difference by each source.
    """
    from ivigsim.safety.adverse import EVENTS, assess

    if event is not None and event not in EVENTS:
        raise unknown("event", event, EVENTS)
    known = _covariates(covariate, {"age_years": age, "blood_group": blood_group, "diabetes": diabetes})
    plans = [
        assess(text, product=product, weight_kg=weight, covariates=known, infusions=infusions, rate=rate)
        for text in (phrase, other)
        if text is not None
    ]
    wanted = course and (event is None or json) and event in (None, "haemolysis", "thrombosis")
    courses = _courses(plans, titre_ratio, population, patients, seed) if wanted else []
    if json:
        from json import dumps

        from ivigsim.report.safety_document import safety_document

        typer.echo(dumps(safety_document(plans, courses, event), indent=2, ensure_ascii=False))
    elif event is not None:
        from ivigsim.report.safety_event import print_event

        print_event(plans, event)
    else:
        from ivigsim.report.safety_text import print_safety

        print_safety(plans, courses)


def _covariates(texts: Sequence[str] | None, options: dict[str, object]) -> dict[str, object]:
    """Put together what the options and NAME=VALUE say; nothing is said twice."""
    from ivigsim.safety.adverse.patient import PATIENT

    found = {name: value for name, value in options.items() if value is not None}
    for text in texts or ():
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not name or not value:
            raise InputError(
                f"covariate {text!r} has no name or no value; accepted: NAME=VALUE as in migraine=yes"
            )
        if name not in PATIENT:
            raise unknown("covariate", name, PATIENT)
        if name in found:
            raise InputError(f"covariate {name} is given twice; accepted: one value")
        found[name] = _read(name, value, PATIENT[name].yes_no, bool(PATIENT[name].levels))
    return found


def _read(name: str, text: str, yes_no: bool, levels: bool) -> object:
    if yes_no:
        if text.lower() not in _YES_NO:
            raise InputError(f"covariate {name} is {text!r}; accepted: yes or no")
        return _YES_NO[text.lower()]
    try:
        return text if levels else float(text)
    except ValueError:
        return text  # refused with what is accepted when it is checked


def _courses(
    plans: Sequence[Assessment], titre_ratio: float, population: str | None, patients: int, seed: int
) -> list[HaemolysisCourse]:
    """Simulate each plan, with what of the patient the population knows."""
    from ivigsim.safety.adverse import haemolysis_course
    from ivigsim.safety.adverse.patient import ADULT_FROM

    first = plans[0]
    child = first.covariates.get("age_years", ADULT_FROM) < ADULT_FROM
    fixed: dict[str, object] = {
        name: first.covariates[name] for name in ("blood_group", "sex") if name in first.covariates
    }
    if not first.weight_assumed:
        fixed["weight_kg"] = first.plan.weight_kg
    return [
        haemolysis_course(
            plan.plan.regimen,
            population=population or ("child-new" if child else "adult-chronic"),
            covariates=fixed,
            titre_ratio=titre_ratio,
            patients=patients,
            seed=seed,
        )
        for plan in plans
    ]
