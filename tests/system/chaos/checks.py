"""What must hold when a chaos run is over and everything runs again."""
from lib import processes
from lib.api import ENDED
from lib.wait import wait_until
from lib.wire.frames import ProtocolError

from . import hook
from .node import Node

NODE_ENDED = ("succeeded", "failed", "cancelled", "interrupted", "offline", "skipped", "rolled_back")
EVENTS_OF = 20  # the newest deployments, of which the whole stream of events is read
STEP_OF = {("update", "before"): "before_deploy", ("update", "after"): "after_deploy",
           ("rollback", "before"): "before_rollback", ("rollback", "after"): "after_rollback"}
NEVER_BEGAN = ("offline", "cancelled", "skipped")


class Checks:
    def __init__(self, scene, driver, report):
        self.scene, self.driver, self.report = scene, driver, report
        self.api = scene.server.api
        self.nodes = {alias: Node(scene, alias) for alias in scene.aliases}

    def all(self):
        self.settle()
        self.last_deployment()
        self.wait("every order directory to be collected", self._uncollected)
        self.wait("the end of all processes but server and agents", self._strangers)
        deployments = self.deployments()
        self.promises(deployments)
        self.orders(deployments)
        for node in self.nodes.values():
            self.node(node)
        for deployment in deployments[:EVENTS_OF]:
            self.events(deployment)

    def wait(self, what, left, within=40):
        """Until nothing is left; what is: (what it is like, deployment, node, order), as far as there are such."""
        try:
            wait_until(lambda: not left(), within, poll=0.5)
        except AssertionError:
            for state, *place in left()[:20]:
                self.report.violation(f"waited {within} s for {what}, but {state}", *place)

    def settle(self):
        self.wait("the end of every deployment", self._running, within=90)
        locks = sum(len(node.lock_files()) for node in self.nodes.values())
        self.report.count("git lock files left by kills", locks)

    def _running(self):
        return [(f"deployment is {deployment['state']} and node {node['state']}", deployment["id"], node["alias"])
                for deployment in self.deployments() for node in deployment["nodes"]
                if deployment["state"] not in ENDED or node["state"] in ("pending", "running")]

    def _uncollected(self):
        return [("the agent still keeps it for the server", order.deployment, node.alias, order.id)
                for node in self.nodes.values() for order in node.orders() if not order.collected]

    def _strangers(self):
        ours = {program.pid for program in self.scene.programs().values()}
        return [(f"{pid} runs: {processes.command_line(pid)}",) for pid in processes.of_box(self.scene.box.path)
                if pid not in ours and processes.alive(pid)]

    def last_deployment(self):
        try:
            number = self.driver.last_one()
        except AssertionError as error:
            return self.report.violation(f"the calm deployment at the end: {error}")
        deployment = self.api.deployment(number)
        for node in deployment["nodes"]:
            copy = self.nodes[node["alias"]].copy
            if node["state"] != "succeeded" or copy.revision != deployment["revision"] or copy.read() != self.scene.newest_text():
                self.report.violation(f"the calm deployment at the end: {node}", number, node["alias"])

    def deployments(self):
        found, before = [], {}
        while True:
            page = self.api.deployments(limit=200, **before)
            found += page["deployments"]
            if not page["more"]:
                return found
            before = {"before": found[-1]["id"]}

    def promises(self, deployments):
        """What was answered with 202 is there; what was asked for once is there at most once."""
        notes = {one["id"]: one["note"] for one in deployments}
        for number, note in self.driver.promised.items():
            if notes.get(number) != note:
                self.report.violation(f"was promised as {note!r}, is {notes.get(number)!r}", number)
        if len(set(notes.values())) != len(notes):
            self.report.violation("one request made two deployments")

    def orders(self, deployments):
        """Every node of every deployment against what its agent has."""
        orders = {}
        for alias, node in self.nodes.items():
            for order in node.orders():  # their ids begin with the time
                orders.setdefault((order.deployment, alias), []).append(order)
        for deployment in reversed(deployments):  # the first that went wrong tells most
            self.report.count("deployments")
            self.report.count(f"deployments {deployment['state']}")
            DeploymentCheck(self, deployment).all()
            for shown in deployment["nodes"]:
                NodeCheck(self, deployment, shown, orders.pop((deployment["id"], shown["alias"]), [])).all()
        found, kills = (self.report.figures[name] for name in ("nodes interrupted", "kills of runners"))
        if found > kills:
            self.report.violation(f"{found} interruptions by {kills} kills of runners")
        for (number, alias), left in orders.items():
            for order in left:
                self.report.violation("an order that no deployment has", number, alias, order.id)

    def node(self, node):
        known = {order.id for order in node.orders()}
        for name in ("before", "after"):
            for order, count in node.runs(name).items():
                if count > 1 or order not in known:
                    whose = "this order" if order in known else "an order that its agent does not have"
                    self.report.violation(f"the {name} hook ran {count} times for {whose}", None, node.alias, order)
        for overlap in node.overlaps():
            self.report.violation(f"a hook met another order's hook at work: {overlap}", None, node.alias, overlap.split()[0])
        if locks := node.lock_files():
            self.report.violation(f"lock files after the calm deployment: {locks}", None, node.alias)

    def events(self, deployment):
        """The stream tells every byte of output once, in order, however often the server died meanwhile."""
        told = dict.fromkeys((node["alias"] for node in deployment["nodes"]), 0)
        with self.api.deployment_events(deployment["id"]) as stream:
            for event in stream.all():
                if event.kind != "output":
                    continue
                alias, offset = event.data["alias"], event.data["offset"]
                if offset != told[alias]:
                    self.report.violation(f"an event tells of byte {offset} after byte {told[alias]}", deployment["id"], alias)
                told[alias] = offset + event.data["length"]
        for node in deployment["nodes"]:
            if told[node["alias"]] != node["output_bytes"]:
                self.report.violation(f"the events end at byte {told[node['alias']]}: {node}", deployment["id"], node["alias"])


class DeploymentCheck:
    """What a deployment says of itself against what it says of its nodes."""

    def __init__(self, checks, deployment):
        self.checks, self.deployment = checks, deployment

    def wrong(self, what):
        ends = {node["alias"]: node["state"] for node in self.deployment["nodes"]}
        self.checks.report.violation(f"{what}; {self.deployment['state']} with {ends}", self.deployment["id"])

    def all(self):
        state, nodes = self.deployment["state"], self.deployment["nodes"]
        if (state == "succeeded") != all(node["state"] == "succeeded" for node in nodes):
            self.wrong("a success is one of all nodes")
        if state == "rolled_back":
            if any(self.stands_on_new(node) for node in nodes):
                self.wrong("rolled back, but a node stands on the new revision")
        if "nothing was switched anywhere" in (self.deployment["stop_reason"] or ""):
            if any(step["name"] == "switch" for node in nodes for step in node["steps"]):
                self.wrong("a node was switched although another could not be prepared")
        if state == "superseded" and any(node["steps"] for node in nodes):
            self.wrong("superseded after it had begun")

    def stands_on_new(self, node):
        return node["revision_before"] != node["revision_after"] == self.deployment["revision"]


class NodeCheck:
    """One node of one deployment: `shown` by the API, `orders` with its agent: none if it never got there, a second one
    where the node was to go back."""

    def __init__(self, checks, deployment, shown, orders):
        self.checks, self.deployment, self.shown, self.orders = checks, deployment, shown, orders
        self.node = checks.nodes[shown["alias"]]

    def wrong(self, what, order=None):
        steps = [(step["name"], step["state"]) for step in self.shown["steps"]]
        self.checks.report.violation(f"{what}; state {self.shown['state']}, reason {self.shown['reason']!r}, steps {steps}",
                                     self.deployment["id"], self.shown["alias"], order and order.id)

    def all(self):
        state, count = self.shown["state"], self.checks.report.count
        count("orders", len(self.orders))
        count(f"nodes {state}")
        if not self.orders:
            count("orders not sent")
        if state not in NODE_ENDED:
            self.wrong("a state that was not to be")
        if state == "cancelled" and self.deployment["id"] not in self.checks.driver.cancelled:
            self.wrong("nobody cancelled it")
        if len(self.orders) > 1 + self.shown["undo"]:
            self.wrong(f"{len(self.orders)} orders for one node")
        if len(self.orders) == self.shown["undo"]:  # the last one never got there
            if state not in NEVER_BEGAN:
                self.wrong("the agent has no such order")
        elif state == "offline":
            return self.wrong("the order reached its agent")
        try:
            spools = [order.spool for order in self.orders]
        except (OSError, ProtocolError) as error:
            return self.wrong(f"a spool cannot be read: {error}")
        if spools and len(self.orders) > self.shown["undo"]:
            self.result(spools[-1])
        self.output(b"".join(spool.output() for spool in spools))
        for order in self.orders:
            for name in ("before", "after"):
                self.hook(order, name)

    def shown_for(self, result):
        """The state that a node is to show for the result of its last order."""
        if self.shown["undo"] and result == "succeeded":
            return "rolled_back"
        told_to_stop = result == "cancelled" and self.deployment["id"] not in self.checks.driver.cancelled
        return "skipped" if told_to_stop and self.deployment["stop_reason"] else result

    def result(self, spool):
        """The end that is shown is the one that the order had, and one that this run can explain."""
        state, order = self.shown["state"], self.orders[-1]
        # A node that was away when it was told to stop is done with by then; its order ends a moment later.
        given_up = state == "skipped" and self.deployment["stop_reason"]
        if spool.result is None or state != self.shown_for(spool.result["state"]) and not given_up:
            self.wrong(f"the spool says {spool.result}", order)
        reason = self.shown["reason"] or ""
        if state == "interrupted" and "runner died" not in reason:
            self.wrong("an interruption without its reason", order)
        if state == "failed" and not self.failed_as_planned(order) and "could not be started" not in reason:
            self.wrong("failed for no reason that this run has", order)
        if state == "succeeded" and self.shown["revision_after"] != self.deployment["revision"]:
            self.wrong("succeeded with another revision", order)
        if state == "rolled_back" and self.shown["revision_after"] != self.shown["revision_before"]:
            self.wrong("went back to another revision than it had", order)
        if state == "skipped" and spool.step("switch"):
            self.wrong("a node that had no turn was switched", order)

    def failed_as_planned(self, order):
        step, code, result = STEP_OF[order.action, "after"], hook.exit_code(order.id, "after"), order.spool.result
        return result is not None and result.get("step") == step and result.get("exit_code") == code != 0

    def output(self, written):
        stored = self.checks.api.output(self.deployment["id"], self.shown["alias"]).body
        self.checks.report.count("bytes of output compared", len(stored))
        if stored != written:
            self.wrong(f"the server has {len(stored)} bytes of output, the agent {len(written)}, and they differ from byte "
                       f"{common(stored, written)} on")
        if self.shown["output_bytes"] != len(stored):
            self.wrong(f"output_bytes {self.shown['output_bytes']}, but {len(stored)} bytes come")

    def hook(self, order, name):
        step = order.spool.step(STEP_OF[order.action, name])
        runs, written = self.node.runs(name)[order.id], self.node.written(order.id, name)
        full, kept = hook.output(order.id, name), kept_of(step)
        state, result = step and step.state, order.spool.result
        ended = state == "succeeded" or (name == "after" and self.failed_as_planned(order))
        succeeded = result and result["state"] == "succeeded"
        if succeeded and state != "succeeded":
            self.wrong(f"a success without the {name} hook", order)
        if runs != 1 if ended else runs > (state is not None):
            self.wrong(f"the {name} hook ran {runs} times", order)
        if not full.startswith(written) or not written.startswith(kept):
            self.wrong(f"the {name} hook was to write {len(full)} bytes, wrote {len(written)}, of which {len(kept)} were kept: "
                       f"they differ from byte {common(full, written)} or {common(written, kept)} on", order)
        if ended and kept != full:
            self.wrong(f"of {len(full)} bytes of the {name} hook {len(kept)} were kept", order)
        fails = hook.exit_code(order.id, name) and self.deployment["id"] != self.checks.driver.last
        if fails and succeeded:
            self.wrong("a success although a hook failed", order)


def kept_of(step):
    return b"".join(data for stream, data in step.output if stream != "note") if step else b""


def common(one, other):
    """Where two byte strings begin to differ."""
    return next((at for at, (left, right) in enumerate(zip(one, other)) if left != right), min(len(one), len(other)))
