"""docs/openapi.yaml and the server describe the same thing."""
import re

import pytest

from lib import openapi
from lib.fleet import Fleet


def references(node):
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_every_reference_leads_somewhere_and_nothing_is_left_over():
    used = set(references(openapi.document()))
    for reference in used:
        openapi.resolve({"$ref": reference})
    parts = openapi.document()["components"]
    named = {f"#/components/{kind}/{name}" for kind, entries in parts.items() for name in entries}
    events = {f"#/components/schemas/{name}" for name in openapi.EVENTS.values()}  # named in the text of the streams
    credentials = {f"#/components/securitySchemes/{name}" for one in openapi.document()["security"] for name in one}
    assert credentials <= named and named - used - events - credentials == set()


def test_every_schema_is_one():
    for name in openapi.document()["components"]["schemas"]:
        checker = openapi.validator(name)
        checker.check_schema(checker.schema)


def test_every_required_member_is_described():
    for name, schema in openapi.document()["components"]["schemas"].items():
        for part in schema.get("allOf", [schema]):
            part = openapi.resolve(part)
            assert set(part.get("required", [])) <= set(part.get("properties", {})), name


def test_every_operation_has_a_name_of_its_own_and_its_path_parameters():
    operations = openapi.operations()
    names = [operation["operationId"] for _, _, operation in operations]
    assert len(names) == len(set(names))
    for _, path, operation in operations:
        shared = openapi.document()["paths"][path].get("parameters", [])
        described = {openapi.resolve(one)["name"] for one in shared + operation.get("parameters", []) if openapi.resolve(one)["in"] == "path"}
        assert described == set(re.findall(r"\{(\w+)\}", path)), path


def test_every_answer_that_is_no_success_is_a_problem_document():
    for method, path, operation in openapi.operations():
        for status, response in operation["responses"].items():
            if status >= "400":
                assert list(openapi.resolve(response)["content"]) == ["application/problem+json"], (method, path, status)


def test_the_states_are_those_of_the_design():
    schemas = openapi.document()["components"]["schemas"]
    assert {"succeeded", "failed", "rolled_back", "cancelled", "rejected", "interrupted", "offline", "skipped"} < set(schemas["NodeState"]["enum"])
    assert {"succeeded", "failed", "partial", "rolled_back", "cancelled"} < set(schemas["DeploymentState"]["enum"])


@pytest.fixture
def lived(box):
    """An API behind which one deployment has been."""
    fleet = Fleet(box, count=1).start()
    number = fleet.api.deploy("shop")["id"]
    fleet.api.wait_ended(number)
    return fleet.api, number


def test_every_described_route_exists(lived):
    api, number = lived
    for method, path, operation in openapi.operations():
        one = api.get("/api/v1/agents").json["agents"][0]["id"] if path.startswith("/api/v1/agents/") else str(number)
        filled = path.replace("{app}", "shop").replace("{alias}", "api-1").replace("{id}", one).replace("{name}", "tester")
        success = next(response for status, response in operation["responses"].items() if status < "300")
        if "text/event-stream" in success.get("content", {}):
            api.events(filled).close()
            continue
        response = api.request(method, filled, b"{}" if "requestBody" in operation else None,
                               {"Content-Type": "application/json"} if "requestBody" in operation else {})
        assert response.status not in (404, 405), (method, filled, response.body)


def test_every_route_that_is_not_described_is_a_problem_404(lived):
    api, _ = lived
    for path in ("/api", "/api/v1", "/api/v1/nothing", "/api/v1/apps/shop/x", "/api/v1/deployments/1/x", "/api/v9/apps", "/api/v1/apps/shop/deployments/1"):
        assert api.get(path).problem(404)


def test_the_page_is_served_and_unknown_paths_do_not_leave_its_folder(lived):
    api, _ = lived
    page = api.request("GET", "/", check=False)
    assert page.status in (200, 404) and (page.status == 404 or b"<html" in page.body.lower())
    for path in ("/../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/assets/../../etc/passwd", "/..%2f..%2fetc/passwd"):
        assert b"root:" not in api.request("GET", path, check=False).body


def test_head_is_answered_without_a_body(lived):
    api, _ = lived
    for path in ("/healthz", "/api/v1/apps"):
        response = api.request("HEAD", path, check=False)
        assert (response.status, response.body) == (200, b"") or response.status == 405
