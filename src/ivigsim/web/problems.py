"""Every refusal and every failure as one sentence in JSON, never a traceback."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ivigsim.errors import InputError, nearest
from ivigsim.mechanisms.run import AttributionFailed
from ivigsim.report.comparison import RunFailed
from ivigsim.treatment.wording import shown
from ivigsim.web.jobs import Busy, Stopped, TooLong

FAILED = "the server failed and has logged why; the request id names the place"
STOPPED = "the server is being stopped; try again later"
_ACCEPTED = {
    "json_invalid": "JSON",
    "missing": "a value for it",
    "model_type": "a JSON object",
    "model_attributes_type": "a JSON object",
    "dict_type": "an object",
    "dict_attributes_type": "an object",
    "list_type": "a list",
    "string_type": "text in quotes",
    "bool_type": "true or false",
    "float_type": "a number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "finite_number": "a finite number",
}


def problem(
    status: int, sentence: str, request_id: str, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """Return a refusal as an answer.

    Examples
    --------
    >>> problem(404, "there is no such page", "abc").body
    b'{"error":"there is no such page","request_id":"abc"}'
    """
    return JSONResponse(
        {"error": sentence, "request_id": request_id}, status_code=status, headers=dict(headers or {})
    )


def request_id(request: Request) -> str:
    """Return the id that the outermost layer gave to a request."""
    return str(request.scope.get("state", {}).get("request_id", ""))


def refusal(errors: Sequence[Any], fields: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the first complaint of pydantic's about a body or a query in our words.

    Parameters
    ----------
    errors : sequence of dict
        As pydantic lists them.
    fields : mapping of str to mapping
        Fields of the request -> their JSON schema.

    Examples
    --------
    >>> error = {"type": "greater_than_equal", "loc": ("body", "days"), "input": 0, "msg": ""}
    >>> refusal([error], {"days": {"type": "integer", "minimum": 1, "maximum": 366}})
    'days is 0; accepted: a whole number from 1 to 366 (nearest: 1)'
    """
    # a misspelt field is both unknown and missing: the first says more
    found = min(errors, key=lambda each: each["type"] != "extra_forbidden")
    kind, given = found["type"], found.get("input")
    keys = [str(key) for key in found["loc"][1:]]
    if kind == "json_invalid":
        return "the body is not JSON; accepted: a JSON object"
    if not keys:
        return "the body is no JSON object; accepted: a JSON object, as application/json"
    if kind == "extra_forbidden":
        close = nearest(keys[-1], fields)
        hint = f" (nearest: '{close}')" if close else ""
        return f"field {shown(keys[-1])} is unknown; accepted: {', '.join(fields)}{hint}"
    if kind == "missing":
        return f"field {keys[-1]!r} is missing; accepted: a request with it"
    name = ".".join(shown(key, quote=False) for key in keys if key != "[key]")
    if keys[0] == "covariates" and len(keys) > 1:
        name = f"covariate {shown(keys[1], quote=False)}"
        return f"{name} is {shown(given)}; accepted: a finite number, true, false or text"
    schema = fields.get(keys[0], {}) if len(keys) == 1 else {}
    accepted = _accepted(schema, given) or _ACCEPTED.get(kind) or _told(found)
    return f"{name} is {shown(given)}; accepted: {accepted}"


def _accepted(schema: Mapping[str, Any], given: object) -> str:
    """Return in words what a field with limits takes."""
    schema = next((each for each in schema.get("anyOf", ()) if "type" in each), schema)
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        inside = isinstance(given, int | float) and not isinstance(given, bool)
        near = f" (nearest: {min(max(given, low), high)})" if inside else ""
        return f"{'a whole number' if schema['type'] == 'integer' else 'a number'} from {low} to {high}{near}"
    if "maxItems" in schema and isinstance(given, list):
        return f"a list of {schema.get('minItems', 0)} to {schema['maxItems']}"
    return ""


def _told(found: Mapping[str, Any]) -> str:
    """Return what pydantic says should be."""
    words: str = found["msg"].partition(" should ")[2]
    return words.removeprefix("be ").removeprefix("have ")


def _fields(request: Request) -> Mapping[str, Mapping[str, Any]]:
    """Return the fields that a route takes."""
    dependant = request.scope["route"].dependant
    models = [each.field_info.annotation for each in (*dependant.body_params, *dependant.query_params)]
    found: dict[str, Mapping[str, Any]] = {}
    for model in models:
        if isinstance(model, type) and issubclass(model, BaseModel):
            found |= model.model_json_schema()["properties"]
    return found


async def on_invalid(request: Request, error: Exception) -> Response:
    """Answer a body or query that does not have the form of the model."""
    errors = error.errors() if hasattr(error, "errors") else []
    return problem(422, refusal(errors, _fields(request)), request_id(request))


async def on_input_error(request: Request, error: Exception) -> Response:
    """Answer input that has the right form but cannot be simulated."""
    return problem(422, str(error), request_id(request))


async def on_busy(request: Request, error: Exception) -> Response:
    """Answer when there is no room in the queue."""
    assert isinstance(error, Busy)
    status = 429 if error.own else 503
    return problem(status, str(error), request_id(request), {"Retry-After": str(error.seconds)})


async def on_too_long(request: Request, error: Exception) -> Response:
    """Answer when the time limit passed, or the server is being stopped."""
    return problem(503, str(error), request_id(request), {"Retry-After": "60"})


async def on_failure(request: Request, error: Exception) -> Response:
    """Answer when the server itself fails; the gate logs the error."""
    del error
    return problem(500, FAILED, request_id(request))


async def on_http(request: Request, error: Exception) -> Response:
    """Answer what the routing refuses: no such path, another method."""
    assert isinstance(error, HTTPException)
    sentence = str(error.detail)
    if sentence == HTTPStatus(error.status_code).phrase or error.status_code == 400:
        sentence = {
            400: "the body cannot be read; accepted: a JSON object in UTF-8",
            404: f"there is no {shown(request.url.path)}; accepted: what /api/v1/docs lists",
            405: f"{request.method} is not accepted here; accepted: what /api/v1/docs lists",
        }.get(error.status_code, sentence)
    return problem(error.status_code, sentence, request_id(request), error.headers)


HANDLERS: Mapping[Any, Any] = {
    Exception: on_failure,
    HTTPException: on_http,
    InputError: on_input_error,
    RunFailed: on_input_error,
    AttributionFailed: on_input_error,
    Busy: on_busy,
    TooLong: on_too_long,
    Stopped: on_too_long,
}
