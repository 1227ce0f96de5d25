"""docs/openapi.yaml as JSON Schema: what the server answers is checked against it, and what it does not name is an error."""
import functools
import re

import jsonschema
import yaml

from .program import ROOT

FILE = ROOT / "docs/openapi.yaml"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")

formats = jsonschema.FormatChecker(formats=())


@formats.checks("date-time")
def _is_time(value):
    """"Times are RFC 3339 in UTC with milliseconds.\""""
    return not isinstance(value, str) or TIME.fullmatch(value) is not None


@functools.cache
def document():
    return yaml.safe_load(FILE.read_text())


def resolve(node):
    """Follows a $ref."""
    while "$ref" in node:
        found = document()
        for key in node["$ref"].removeprefix("#/").split("/"):
            found = found[key]
        node = found
    return node


def convert(schema, closed=True):
    """An OpenAPI 3.0 schema as JSON Schema 2020-12; objects are closed: an undocumented member is an error."""
    schema = dict(resolve(schema))
    nullable = schema.pop("nullable", False)
    for word in ("description", "default", "example"):
        schema.pop(word, None)
    if "allOf" in schema:
        schema["allOf"] = [convert(part, closed=False) for part in schema["allOf"]]
        if any("properties" in part for part in schema["allOf"]):
            schema["unevaluatedProperties"] = False
    if "items" in schema:
        schema["items"] = convert(schema["items"])
    if "properties" in schema:
        schema["properties"] = {name: convert(part) for name, part in schema["properties"].items()}
        if closed:
            schema["additionalProperties"] = False
    return {"anyOf": [schema, {"type": "null"}]} if nullable else schema


@functools.cache
def validator(name):
    """Of a schema in components, by its name."""
    return _validator(document()["components"]["schemas"][name])


def _validator(schema):
    return jsonschema.Draft202012Validator(convert(schema), format_checker=formats)


def check(value, name):
    _report(validator(name), value, name)


def _report(checker, value, what):
    errors = [f"  {'/'.join(map(str, error.absolute_path)) or '(all of it)'}: {error.message[:500]}" for error in checker.iter_errors(value)]
    if errors:
        raise AssertionError(f"{what} is not as docs/openapi.yaml says:\n" + "\n".join(errors) + f"\nin {str(value)[:3000]}")


def _pattern(path):
    return re.compile("/".join("[^/]+" if part.startswith("{") else re.escape(part) for part in path.split("/")))


def operations():
    """(method, path template, operation) of all that is described."""
    return [(method.upper(), path, operation) for path, item in document()["paths"].items()
            for method, operation in item.items() if method in ("get", "post", "put", "patch", "delete")]


def find(method, path):
    """The operation that a request belongs to, or None."""
    plain = path.partition("?")[0]
    return next((operation for verb, template, operation in operations()
                 if verb == method and _pattern(template).fullmatch(plain)), None)


def check_response(method, path, status, content_type, value):
    """`value`: the parsed body, or None where it is no JSON."""
    operation = find(method, path)
    kind = content_type.partition(";")[0].strip()
    if operation is None:
        assert status in (404, 405) or not path.startswith("/api"), f"{method} {path} is not described, but answered with {status}"
        if path.startswith("/api"):
            _check_problem(status, kind, value)
        return
    described = operation["responses"].get(str(status))
    assert described, f"{method} {path} answered with {status}, which is not described: {value}"
    content = resolve(described)["content"]
    assert kind in content, f"{method} {path} answered {status} with {content_type!r}; described are {list(content)}"
    if kind == "application/problem+json":
        _check_problem(status, kind, value)
    elif kind == "application/json":
        _report(_validator(content[kind]["schema"]), value, f"the answer to {method} {path}")


def _check_problem(status, kind, value):
    assert kind == "application/problem+json", f"{status} with {kind!r} is no problem document"
    check(value, "Problem")
    assert value["status"] == status, value
    assert re.fullmatch(r"/problems/[a-z0-9_]+", value["type"]), value
    assert value["detail"].strip() and value["title"].strip(), value


EVENTS = {"node": "NodeEvent", "config": "ConfigChanges", "app": "AppEvent", "deployment": "DeploymentEvent", "deployment_node": "DeploymentNodeEvent", "output": "OutputEvent"}


WITHOUT_ID = ("ping", "reset", "end")


def check_event(kind, value):
    if kind in WITHOUT_ID:
        assert value == {}, value
        return
    assert kind in EVENTS, f"event {kind!r} is not described"
    check(value, EVENTS[kind])
