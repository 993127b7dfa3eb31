"""The adverse events of one or two plans as one JSON document; every number stands beside its rows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from ivigsim._version import __version__
from ivigsim.report.wording import CALIBRATED, RESEARCH_ONLY
from ivigsim.safety.adverse.assessment import Assessment, EventRisk
from ivigsim.safety.adverse.beside import DEFINITIONS, beside, outside_checks
from ivigsim.safety.adverse.comparing import difference
from ivigsim.safety.adverse.estimates import TWO_ENDS, Estimate
from ivigsim.safety.adverse.red_cell_course import GroupCourse, HaemolysisCourse
from ivigsim.safety.adverse.viscosity import CURVE

_INNER = ("terms", "per_course", "scale")


def safety_document(
    plans: Sequence[Assessment], courses: Sequence[HaemolysisCourse], event: str | None = None
) -> dict[str, Any]:
    """Return the document.

    Parameters
    ----------
    plans : one or two Assessment
    courses : sequence of HaemolysisCourse
        As many, or none.
    event : str, optional
        Only this event.

    Examples
    --------
    >>> from ivigsim.safety.adverse import assess
    >>> found = safety_document([assess("IVIG 1 g/kg daily x2")], [], "headache")
    >>> found["plans"][0]["events"][0]["estimates"][0]["rows"]
    ['headache_ped_share']
    """
    document: dict[str, Any] = {
        "ivigsim": __version__,
        "plans": [_plan(each, event) for each in plans],
        "haemoglobin": [_course(each, plan) for each, plan in zip(courses, plans, strict=False)],
        "outside_checks": [asdict(each) for each in outside_checks() if event in (None, each.event)],
        "notes": [TWO_ENDS, DEFINITIONS, CURVE, CALIBRATED, RESEARCH_ONLY],
    }
    if len(plans) == 2:
        found = difference(*plans)
        document["differences"] = [asdict(x) for x in found.by_source if event in (None, x.event)]
        document["haemolysis_odds_ratio_by_dose"] = asdict(found.dose)
    plain: dict[str, Any] = json.loads(json.dumps(document))  # tuples become lists
    return plain


def _plan(found: Assessment, event: str | None) -> dict[str, Any]:
    return {
        "plan": asdict(found.plan),
        "product": None if found.product is None else asdict(found.product),
        "covariates": found.covariates,
        "weight_assumed": found.weight_assumed,
        "events": [_event(each) for each in found.events if event in (None, each.event)],
    }


def _event(risk: EventRisk) -> dict[str, Any]:
    return {
        "event": risk.event,
        "title": risk.title,
        "summaries": [asdict(each) for each in risk.summaries],
        "estimates": [_estimate(each) for each in risk.estimates],
        "ratios": [asdict(each) for each in risk.modifiers],
        "factors": [asdict(each) for each in risk.factors],
    }


def _estimate(found: Estimate) -> dict[str, Any]:
    kept = {each.name: getattr(found, each.name) for each in fields(found) if each.name not in _INNER}
    kept["figure"] = asdict(found.figure)
    kept["course"] = None if found.course is None else asdict(found.course)
    return {**kept, "used": found.used}


def _course(found: HaemolysisCourse, plan: Assessment) -> dict[str, Any]:
    return {
        "regimen": found.regimen,
        "population": found.population,
        "patients": found.patients,
        "seed": found.seed,
        "titre_ratio": found.titre_ratio,
        "groups": [_group(each) for each in found.groups],
        "peak_igg_g_per_l": asdict(found.peak_igg),
        "viscosity_rise_cp": asdict(found.viscosity_rise),
        "beside": [asdict(each) for each in beside(found, plan.plan.course_g_kg)],
    }


def _group(group: GroupCourse) -> dict[str, Any]:
    low, median, high = group.haemoglobin.tolist()
    return {
        "blood_group": group.blood_group,
        "patients": group.patients,
        "failed": group.failed,
        "time_d": group.time.tolist(),
        "haemoglobin_g_per_dl": {"p5": low, "p50": median, "p95": high},
        "fall_g_per_dl": asdict(group.fall),
        "lowest_day": None if group.lowest_day != group.lowest_day else group.lowest_day,
        "share_with_fall_of": {f"{least:g}": asdict(share) for least, share in group.share.items()},
        "peak_isoagglutinin_g_per_l": group.isoagglutinin,
        "peak_k_haemolysis_per_d": group.k_haemolysis,
    }
