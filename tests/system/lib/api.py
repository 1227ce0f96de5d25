"""The HTTP API as a client sees it; every answer is checked against docs/openapi.yaml."""
import http.client
import json
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from . import openapi
from .sse import EventStream
from .wait import wait_until

ENDED = ("succeeded", "failed", "partial", "rolled_back", "cancelled", "superseded")


@dataclass
class Response:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    def problem(self, status, code=None):
        """Asserts that this is a problem document with this status; its detail."""
        assert self.status == status, f"expected {status}, got {self.status}: {self.body[:2000]!r}"
        assert code is None or self.json["type"] == f"/problems/{code}", self.json
        return self.json["detail"]


class Api:
    """`token`: of a login or an API token; none: nobody, unless the headers say otherwise."""

    def __init__(self, address, token=None):
        self.address, self.token = address, token

    def request(self, method, path, body=None, headers=None, within=20.0, check=True):
        connection = http.client.HTTPConnection(*self.address, timeout=within)
        try:
            connection.request(method, path, body=body, headers={**self.credentials, **(headers or {})})
            answer = connection.getresponse()
            response = Response(answer.status, answer.headers, answer.read())
        finally:
            connection.close()
        if check:
            kind = response.headers.get("Content-Type", "")
            openapi.check_response(method, path, response.status, kind, response.json if "json" in kind else None)
        return response

    @property
    def credentials(self):
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def get(self, path, **more):
        return self.request("GET", path, **more)

    def get_json(self, path, **more):
        response = self.get(path, **more)
        assert response.status == 200, f"GET {path}: {response.status} {response.body[:2000]!r}"
        return response.json

    def post(self, path, body=None, headers=None, **more):
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        kind = {"Content-Type": "application/json"} if data is not None else {}
        return self.request("POST", path, data, {**kind, **(headers or {})}, **more)

    # The routes.

    def apps(self):
        return self.get_json("/api/v1/apps")["apps"]

    def app(self, name):
        return self.get_json(f"/api/v1/apps/{quote(name, safe='')}")

    def node(self, app, alias):
        return next(node for node in self.app(app)["nodes"] if node["alias"] == alias)

    def commits(self, app, **query):
        return self.get_json(f"/api/v1/apps/{quote(app, safe='')}/commits?{urlencode(query)}")

    def deploy(self, app, action="update", **body):
        """The new deployment."""
        response = self.post(f"/api/v1/apps/{quote(app, safe='')}/deployments", {"action": action, **body}, within=40)
        assert response.status == 202, f"{response.status}: {response.body[:3000].decode(errors='replace')}"
        assert response.headers["Location"] == f"/api/v1/deployments/{response.json['id']}"
        return response.json

    def deployments(self, **query):
        return self.get_json(f"/api/v1/deployments?{urlencode(query)}")

    def deployment(self, number):
        return self.get_json(f"/api/v1/deployments/{number}")

    def deployment_node(self, number, alias):
        return next(node for node in self.deployment(number)["nodes"] if node["alias"] == alias)

    def cancel(self, number):
        return self.post(f"/api/v1/deployments/{number}/cancel")

    def output(self, number, alias, span=None):
        path = f"/api/v1/deployments/{number}/nodes/{quote(alias, safe='')}/output"
        return self.get(path, headers={"Range": span} if span else None)

    def events(self, path="/api/v1/events", after=None, **more):
        return EventStream(self.address, path, after, **{"headers": self.credentials, **more})

    def deployment_events(self, number, after=None, **more):
        return self.events(f"/api/v1/deployments/{number}/events", after, **more)

    # Waiting.

    def wait_ended(self, number, within=40.0):
        """The deployment when it has ended."""
        last = {}

        def look():
            last.update(self.deployment(number))
            return last if last["state"] in ENDED else None
        return wait_until(look, within, lambda: f"the end of deployment {number}: {json.dumps(last, indent=1)}", poll=0.03)

    def wait_online(self, app, *aliases, within=20.0):
        """Until these nodes (or all) are online and read."""
        def look():
            nodes = [node for node in self.app(app)["nodes"] if not aliases or node["alias"] in aliases]
            return all(node["online"] and (node["revision"] or node["modified"] is not None) for node in nodes)
        wait_until(look, within, lambda: f"all nodes of {app} to be online: {self.app(app)['nodes']}", poll=0.03)

    def wait_node(self, app, alias, condition, within=20.0):
        wait_until(lambda: condition(self.node(app, alias)), within, lambda: f"a state of {alias}: {self.node(app, alias)}", poll=0.03)
        return self.node(app, alias)

    def wait_step(self, number, alias, step, within=30.0):
        """Until a step of a node's order has begun."""
        wait_until(lambda: any(one["name"] == step for one in self.deployment_node(number, alias)["steps"]), within,
                   lambda: f"step {step}: {self.deployment(number)}", poll=0.03)

    def wait_output(self, number, alias, text, within=30.0):
        wait_until(lambda: text.encode() in self.output(number, alias).body, within,
                   lambda: f"{text!r} in the output of {alias}: {self.output(number, alias).body[-2000:]!r}", poll=0.03)
