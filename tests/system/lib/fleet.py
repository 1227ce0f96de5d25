"""A server and its agents, each with a working copy of one app that is one revision behind."""
from . import server as config
from .agent import Agent
from .gate import Gate
from .server import Server
from .templates import template


class Fleet:
    """Nodes are called api-1, api-2, …; `hooks[alias]` holds members of a node in server.json, `app` those of the app.
    `agents`: so many programs, which share the nodes between them; otherwise each node has its own."""

    def __init__(self, box, vcs="git", count=3, hooks=None, gates=(), app=None, agents=None):
        self.box, self.vcs = box, vcs
        made = template(vcs)
        self.repo, self.old, self.new = made.repository(box), made.old, made.new
        self.aliases = [f"api-{number}" for number in range(1, count + 1)]
        self.copies = {alias: made.working_copy(box, box.path / "www" / alias) for alias in self.aliases}
        self.agents = self._start_agents(agents or count)
        self.gates = {alias: Gate(self.agents[alias]) for alias in gates}
        for gate in self.gates.values():
            box.on_close(gate.close)
        nodes = [config.node(alias, self.gates.get(alias, self.agents[alias]), self.copies[alias].path, **(hooks or {}).get(alias, {}))
                 for alias in self.aliases]
        make = config.git_app if vcs == "git" else config.svn_app
        self.server = Server(box, [make("shop", self.repo.url, nodes, **(app or {}))])

    def _start_agents(self, count):
        agents = [Agent(self.box, f"agent-{alias}") for alias in self.aliases[:count]]
        for agent in agents:
            agent.spawn(agent.argv())
        for agent in agents:
            agent.port = int(agent.wait_log(r"listening on 127\.0\.0\.1:(\d+)")[1])
        return {alias: agents[number % count] for number, alias in enumerate(self.aliases)}

    def start(self):
        """Every node is online when this returns."""
        self.server.start()
        self.api.wait_online("shop")
        return self

    @property
    def api(self):
        return self.server.api

    def revisions(self):
        return {copy.revision for copy in self.copies.values()}

    def file(self, name):
        return self.box.path / name


def states(deployment):
    return {node["alias"]: node["state"] for node in deployment["nodes"]}


def of(deployment, alias):
    return next(node for node in deployment["nodes"] if node["alias"] == alias)
