"""Performs deployments one after the other, as a person would whose server may go away at any moment."""
import http.client
import random
import time
from urllib.parse import urlencode

from lib.api import ENDED
from lib.wait import wait_until

BUSY = (409, 502, 503, 504)  # another one runs, or no node can be asked just now


PLANS = (None, None, {"batch": 1}, {"prepare_first": True}, {"prepare_first": True, "batch": 1, "on_failure": "rollback"},
         {"batch": 1, "on_failure": "rollback"}, {"on_failure": "rollback"})


class Driver:
    def __init__(self, scene, report, seed):
        self.scene, self.report, self.seed = scene, report, seed
        self.promised = {}  # deployment -> the note it was asked for with
        self.cancelled = set()
        self.made, self.last = 0, None  # how many; the number of the one after the storm
        self._random = random.Random(f"{seed} driver")
        self._notes = 0

    def run(self, until):
        """Until that time; what runs then is waited for by whoever checks."""
        while time.monotonic() < until:
            self._wait_online(self._random.choice((0, 2, 4)))
            if self._random.random() < 0.15:
                self.scene.commit()
            number = self.create(self._wish(), until)
            if number is None:
                continue
            self.made += 1
            if self._random.random() < 0.08:
                self._cancel(number, self._random.uniform(0, 0.6))
            if self._random.random() > 0.15:  # else the next one has to wait for its turn behind it
                self._wait_ended(number, until)

    def create(self, wish, until):
        """A deployment's number; None when the time is over first."""
        while time.monotonic() < until:
            self._notes += 1
            note = f"chaos {self.seed} {self._notes}"
            answer = self._request("POST", "/api/v1/apps/shop/deployments", {**wish, "note": note})
            if answer is None:
                number = self._find(note, until)  # the server died: before or after it had made the deployment?
                if number is not None:
                    return number
            elif answer.status == 202:
                self.promised[answer.json["id"]] = note
                return answer.json["id"]
            elif answer.status not in BUSY:
                self.report.violation(f"{wish} is answered with {answer.status} {answer.body[:1000]!r}")
                return None
            else:
                self.report.count("deployments put off")
                time.sleep(0.1)
        return None

    def _wish(self):
        choose = self._random
        revision = choose.choice(self.scene.revisions)
        wish = choose.choice(({"action": "update"}, {"action": "update", "revision": revision},
                              {"action": "rollback", "revision": revision}, {"action": "rollback", "revision": revision}))
        if plan := choose.choice(PLANS):
            wish["rollout"] = plan
        if choose.random() < 0.15:
            wish["nodes"] = choose.sample(self.scene.aliases, choose.randint(1, 2))
        return wish

    def _find(self, note, until):
        while time.monotonic() < until:
            found = self._get(f"/api/v1/deployments?{urlencode({'limit': 3})}")
            if found:
                return next((one["id"] for one in found["deployments"] if one["note"] == note), None)
            time.sleep(0.05)
        return None

    def _cancel(self, number, after):
        time.sleep(after)
        self.cancelled.add(number)  # an answer that got lost may stand for a cancel that was stored
        if (answer := self._request("POST", f"/api/v1/deployments/{number}/cancel")) and answer.status == 202:
            self.report.count("cancels")

    def _wait_ended(self, number, until):
        while time.monotonic() < until:
            deployment = self._get(f"/api/v1/deployments/{number}")
            if deployment and deployment["state"] in ENDED:
                return
            time.sleep(0.05)

    def _wait_online(self, within):
        """A node that is away is left out of a deployment: most are to have all."""
        end = time.monotonic() + within
        while time.monotonic() < end:
            app = self._get("/api/v1/apps/shop")
            if app and all(node["online"] for node in app["nodes"]):
                return
            time.sleep(0.05)

    def _get(self, path):
        answer = self._request("GET", path)
        if answer is None:
            return None
        if answer.status != 200:
            self.report.violation(f"GET {path} is answered with {answer.status} {answer.body[:1000]!r}")
            return None
        return answer.json

    def _request(self, method, path, body=None):
        """None when no answer came."""
        api = self.scene.server.api
        try:
            if method == "GET":
                return api.get(path, check=False, within=60)
            return api.post(path, body, check=False, within=90)
        except (OSError, http.client.HTTPException):
            return None

    def last_one(self, within=60):
        """When all is calm: a deployment to all nodes, which must succeed. Its number."""
        (self.scene.nodes / "calm").touch()
        self.scene.server.api.wait_online("shop", within=within)
        number = self.create({"action": "update"}, time.monotonic() + within)
        assert number is not None, "it was not accepted"
        self.last = number
        wait_until(lambda: self._get(f"/api/v1/deployments/{number}")["state"] in ENDED, within, f"the end of {number}")
        return number
