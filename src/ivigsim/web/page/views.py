"""The views by name, each made from what is chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ivigsim.web.jobs import Task
from ivigsim.web.page import (
    view_courses,
    view_evidence,
    view_numbers,
    view_redcell,
    view_response,
    view_safety,
    view_why,
)
from ivigsim.web.page.markup import Panel
from ivigsim.web.page.state import State

VIEW_BUILDERS: Mapping[str, Callable[[State, Task], Panel]] = {
    "courses": view_courses.build,
    "response": view_response.build,
    "why": view_why.build,
    "redcell": view_redcell.build,
    "safety": view_safety.build,
    "evidence": view_evidence.build,
    "numbers": view_numbers.build,
}
