"""The page that shows the API: rendered here from its OpenAPI document, without scripts or other servers."""

from __future__ import annotations

import html
import json
import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
code, pre { font: 0.9em ui-monospace, monospace; }
pre { white-space: pre-wrap; padding: 0.8rem; border: 1px solid #8888; border-radius: 4px; }
table { border-collapse: collapse; width: 100%; margin: 0.5rem 0 1rem; display: block; overflow-x: auto; }
th, td { text-align: left; vertical-align: top; }
th, td { padding: 0.25rem 0.8rem 0.25rem 0; border-bottom: 1px solid #8884; }
h2 { margin-top: 2.5rem; } h3 { margin-top: 1.8rem; }
.method { font-weight: 600; }
"""

Schema = Mapping[str, Any]


def reference_page(openapi: Mapping[str, Any]) -> str:
    """Return the page as HTML.

    Examples
    --------
    >>> from ivigsim.web.api import create_api
    >>> from ivigsim.web.limits import Limits
    >>> page = reference_page(create_api(Limits()).openapi())
    >>> "/api/v1/simulate" in page, "<script" in page
    (True, False)
    """
    info, base = openapi["info"], openapi["servers"][0]["url"]
    operations = [
        (method, f"{base}{path}", operation)
        for path, methods in openapi["paths"].items()
        for method, operation in methods.items()
    ]
    schemas = openapi["components"]["schemas"]
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<link rel="icon" href="data:,">',
        f"<title>{escape(info['title'])} API</title><style>{_STYLE}</style></head><body><main>",
        f"<h1>{escape(info['title'])} {escape(info['version'])}: JSON API</h1>",
        f"<p>{escape(info['summary'])}. {escape(info['description'])}</p>",
        f'<p>For programs: the <a href="{base}/openapi.json">OpenAPI document</a>.</p>',
        "<nav><ul>",
        *(
            f'<li><a href="#{op["operationId"]}"><code>{method.upper()} {path}</code></a>'
            f" {escape(op['summary'])}</li>"
            for method, path, op in operations
        ),
        "</ul></nav>",
        *(part for operation in operations for part in _operation(*operation, schemas)),
        "<h2>Objects</h2>",
        *(part for name, schema in schemas.items() for part in _schema(name, schema)),
        "</main></body></html>",
    ]
    return "\n".join(parts)


def _operation(method: str, path: str, operation: Schema, schemas: Schema) -> Iterator[str]:
    yield f'<h2 id="{operation["operationId"]}">{escape(operation["summary"])}</h2>'
    yield f'<p><code class="method">{method.upper()} {escape(path)}</code></p>'
    yield f"<p>{escape(operation['description'])}</p>"
    parameters = operation.get("parameters", [])
    if parameters:
        rows = [[each["name"], each["in"], _type(each["schema"])] for each in parameters]
        yield _table(["Parameter", "In", "Type"], rows)
    body = operation.get("requestBody")
    example = None
    if body:
        schema = body["content"]["application/json"]["schema"]
        yield f"<p>Body: {_type(schema)}</p>"
        example = schemas[schema["$ref"].rpartition("/")[2]]["examples"][0]
    for each in parameters:
        for value in each.get("examples", each["schema"].get("examples", [])):
            path = path.replace(f"{{{each['name']}}}", value)
    yield f"<pre>{escape(_curl(path, example))}</pre>"
    rows = [
        [code, escape(answer["description"]), _type(_content(answer))]
        for code, answer in sorted(operation["responses"].items())
    ]
    yield _table(["Status", "When", "Body"], rows)


def escape(text: str) -> str:
    """Return text as HTML, with what stands in backticks as code.

    Examples
    --------
    >>> escape("`a` < b")
    '<code>a</code> &lt; b'
    """
    return re.sub(r"`(.*?)`", r"<code>\1</code>", html.escape(text))


def _content(answer: Schema) -> Schema:
    schema: Schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
    return schema


def _curl(path: str, example: object) -> str:
    address = f"http://127.0.0.1:8000{path}"
    if example is None:
        return f"curl -s {shlex.quote(address)}"
    body = shlex.quote(json.dumps(example))
    return f"curl -s {address} \\\n  -H 'Content-Type: application/json' \\\n  -d {body}"


def _schema(name: str, schema: Schema) -> Iterator[str]:
    yield f'<h3 id="object-{name}"><code>{name}</code></h3>'
    if "description" in schema:
        yield f"<p>{escape(schema['description'])}</p>"
    required = schema.get("required", [])
    rows = [
        [f"<code>{escape(key)}</code>", _type(each), _words(each, key in required)]
        for key, each in schema.get("properties", {}).items()
    ]
    yield _table(["Field", "Type", "Meaning"], rows)


def _words(schema: Schema, required: bool) -> str:
    """Return description, limits and default of a field."""
    limits = {
        "minimum": "at least {}",
        "maximum": "at most {}",
        "minItems": "at least {} of them",
        "maxItems": "at most {} of them",
        "minLength": "at least {} characters",
        "maxLength": "at most {} characters",
    }
    parts = [schema["description"]] if "description" in schema else []
    parts += [text.format(schema[key]) for key, text in limits.items() if key in schema]
    if "properties" in schema:
        parts.append(f"fields: {', '.join(schema['properties'])}")
    if "default" in schema:
        parts.append(f"default {json.dumps(schema['default'])}")
    elif required:
        parts.append("required")
    return escape("; ".join(parts))


def _type(schema: Schema) -> str:
    """Return the type of a schema, with a link when it is an object of its own."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f'<a href="#object-{name}">{name}</a>'
    if "enum" in schema:
        return " | ".join(escape(json.dumps(each)) for each in schema["enum"])
    if "const" in schema:
        return escape(json.dumps(schema["const"]))
    if "anyOf" in schema:
        return " | ".join(map(_type, schema["anyOf"]))
    kind = str(schema.get("type", "any"))
    if kind == "array":
        return f"list of {_type(schema['items'])}"
    extra = schema.get("additionalProperties")
    if kind == "object" and isinstance(extra, Mapping):
        return f"object of {_type(extra)}"
    return escape(kind)


def _table(head: list[str], rows: list[list[str]]) -> str:
    titles = "".join(f"<th scope='col'>{each}</th>" for each in head)
    lines = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{titles}</tr></thead><tbody>{lines}</tbody></table>"
