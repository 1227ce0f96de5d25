"""Changing keys on both sides: announced over the links, taken over after the overlap, void with the key that announced them."""
import pytest

from lib import identity, server as config
from lib.agent import Agent
from lib.identity import of_agents
from lib.program import run_to_end
from lib.repos import GitRepo
from lib.server import Server
from lib.wait import wait_until
from lib.wire import AgentSide


class Pair:
    """A server and an agent, each with a key of its own that a test may change."""

    def __init__(self, box, **node):
        self.box, self.repo = box, GitRepo(box, "shop")
        old = self.repo.commit({"app.txt": "version 1\n"})
        self.copy = self.repo.clone(box.path / "shop", revision=old)
        self.repo.commit({"app.txt": "version 2\n"})
        self.agent = Agent(box).start()
        self.server = Server(box, [config.git_app("shop", self.repo.url, [config.node("api-1", self.agent, self.copy.path, **node)])]).start()
        self.wait(online=True)

    def wait(self, **members):
        return self.server.api.wait_node("shop", "api-1", lambda node: all(node[name] == value for name, value in members.items()))

    def known(self):
        return self.server.api.get_json("/api/v1/agents")["agents"][0]

    def rotate_agent(self, *words):
        code, text = run_to_end(self.box, "slipway-agent", "rotate-key", "--data", self.agent.data, *words)
        assert code == 0, text
        return next(word for word in text.split() if word.startswith("SHA256:"))

    def rotate_server(self, *words):
        code, text = run_to_end(self.box, "slipway-server", "rotate-key", "-c", self.server.config_file, *words)
        assert code == 0, text
        return next(word for word in text.split() if word.startswith("SHA256:"))

    def deploys(self):
        done = self.server.api.wait_ended(self.server.api.deploy("shop")["id"])
        assert done["state"] == "succeeded", done


@pytest.fixture
def pair(box):
    return Pair(box)


def test_an_agents_next_key_is_announced_and_takes_over(pair):
    code, _ = run_to_end(pair.box, "slipway-server", "trust", "-c", pair.server.config_file, "api-1", "--accept", of_agents().fingerprint)
    assert code == 0
    pair.wait(trust="confirmed")
    following = pair.rotate_agent()
    pair.server.wait_said(f"will have the key {following}")
    pair.wait(online=True, trust="confirmed")
    assert pair.known()["fingerprint"] == of_agents().fingerprint
    assert pair.rotate_agent("--now") == following
    pair.agent.wait_said(f"the key is {following} from now on")
    wait_until(lambda: pair.known()["fingerprint"] == following, 15, "the new key")
    pair.wait(online=True, trust="confirmed")
    pair.deploys()
    pair.agent.restart()
    pair.server.restart()
    pair.wait(online=True, trust="confirmed")


def test_a_servers_next_key_is_announced_and_takes_over(pair):
    following = pair.rotate_server()
    pair.agent.wait_said(f"will have the key {following}")
    pair.wait(online=True)
    assert pair.rotate_server("--now") == following
    pair.server.wait_said(f"the key is {following} from now on")
    pair.wait(online=True)
    pair.deploys()
    pair.agent.restart()
    pair.server.restart()
    pair.wait(online=True)
    assert following in pair.server.log()


def test_the_key_takes_over_when_the_overlap_is_over(pair):
    following = pair.rotate_agent("--overlap", "6s")
    pair.server.wait_said(f"will have the key {following}")
    pair.agent.wait_said(f"the key is {following} from now on", within=25)
    wait_until(lambda: pair.known()["fingerprint"] == following, 20, "the new key")
    pair.wait(online=True)


def test_a_key_that_was_not_announced_is_refused(pair):
    following = pair.rotate_agent("--now")
    node = pair.wait(online=False, trust="changed")
    assert following in node["reason"]
    code, text = run_to_end(pair.box, "slipway-server", "trust", "-c", pair.server.config_file, "api-1", "--accept", following)
    assert code == 0, text
    pair.wait(online=True, trust="confirmed")


def test_a_servers_key_that_was_not_announced_is_refused(pair):
    following = pair.rotate_server("--now")
    pair.agent.wait_said(f"a server with the key {following} is not trusted here")
    pair.server.api.wait_node("shop", "api-1", lambda node: not node["online"] and f"--trust {following}" in node["reason"])


def test_what_a_key_announced_is_void_when_that_key_is_not_trusted_any_more(box):
    other = identity.make(box.path / "other")
    third = identity.make(box.path / "third")
    fake = AgentSide()
    fake.introduction = {"next_key": other.fingerprint}
    server = Server(box, [config.git_app("shop", "", [config.node("api-1", fake, "/srv/shop")])]).start()
    server.api.wait_node("shop", "api-1", lambda node: node["online"])
    server.wait_said(f"will have the key {other.fingerprint}")
    fake.introduction, fake.identity = {}, third
    fake.drop()
    server.api.wait_node("shop", "api-1", lambda node: node["trust"] == "changed")
    wait_until(lambda: server.api.get_json("/api/v1/agents")["agents"][0]["offered"], 10, "the offer")
    assert server.api.post(f"/api/v1/agents/{fake.addr}/trust", {"fingerprint": third.fingerprint}).status == 200
    server.api.wait_node("shop", "api-1", lambda node: node["online"])
    fake.identity = other
    fake.drop()
    node = server.api.wait_node("shop", "api-1", lambda node: not node["online"] and node["trust"] == "changed")
    assert other.fingerprint in node["reason"]
    fake.close()


def test_a_pinned_agent_may_change_to_the_key_that_it_announced(box):
    pair = Pair(box, fingerprint=of_agents().fingerprint)
    following = pair.rotate_agent()
    pair.server.wait_said(f"will have the key {following}")
    pair.rotate_agent("--now")
    pair.server.wait_said('write that into "fingerprint" in server.json')
    pair.wait(online=True, trust="pinned")
    pair.server.config["apps"][0]["node"][0]["fingerprint"] = following
    pair.server.restart()
    pair.wait(online=True, trust="pinned")


@pytest.mark.parametrize("words", [["--overlap", "soon"], ["--overlap", "400d"]])
def test_an_overlap_that_is_none_is_told(box, words):
    code, text = run_to_end(box, "slipway-agent", "rotate-key", "--data", box.path / "data", *words)
    assert code == 2 and "--overlap" in text, text
