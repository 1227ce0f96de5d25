"""Agents that dial the server: tokens, waiting for a person, names that cannot be taken, proxies."""
import socket

import pytest

from lib import identity, server as config
from lib.agent import Agent
from lib.identity import of_agents, of_servers
from lib.program import run_to_end
from lib.proxy import Proxy
from lib.repos import GitRepo
from lib.server import Server
from lib.wait import wait_until
from lib.wire import AgentSide, make_id, spool


class Site:
    """A server with one node, whose agent is to dial; and the agent."""

    def __init__(self, box):
        self.box = box
        self.repo = GitRepo(box, "shop")
        self.old = self.repo.commit({"app.txt": "version 1\n"})
        self.copy = self.repo.clone(box.path / "shop", revision=self.old)
        self.new = self.repo.commit({"app.txt": "version 2\n"})
        node = {"alias": "api-1", "agent": "web-1", "path": str(self.copy.path)}
        self.server = Server(box, [config.git_app("shop", self.repo.url, [node])], listen_agents="127.0.0.1:0").start()
        self.port = self.server.agents_address[1]
        self.api = self.server.api

    def agent(self, *words, name="web-1", key=None, trust=None, program="agent"):
        return Agent(self.box, program, key=key, trust=trust, dials=["--connect", f"127.0.0.1:{self.port}", "--name", name, *words]).start()

    def command(self, *words):
        return run_to_end(self.box, "slipway-server", *words, "-c", self.server.config_file)

    def token(self, *words):
        code, text = self.command("token", "create", *words)
        assert code == 0, text
        return text.split()[-1]

    def wait(self, **members):
        return self.api.wait_node("shop", "api-1", lambda node: all(node[name] == value for name, value in members.items()))

    def agents(self):
        return {agent["id"]: agent for agent in self.api.get_json("/api/v1/agents")["agents"]}

    def wait_pending(self, name="web-1"):
        return wait_until(lambda: (one := self.agents().get(name)) and one["offered"] and one, 15, f"{name} to wait")


@pytest.fixture
def site(box):
    return Site(box)


@pytest.fixture
def stranger(box):
    return identity.make(box.path / "stranger")


def test_an_agent_joins_with_a_token_and_is_deployed_to(site):
    token = site.token()
    agent = site.agent("--token", token)
    node = site.wait(online=True, trust="confirmed")
    assert node["addr"] == "web-1"
    done = site.api.wait_ended(site.api.deploy("shop")["id"])
    assert done["state"] == "succeeded", done
    assert site.copy.revision == site.new
    assert site.agents()["web-1"]["confirmed_by"] == "join token 1"
    for log in (agent.log(), site.server.log()):
        assert token not in log
    assert token.encode() not in (site.server.data / "slipway.db").read_bytes() + (site.server.data / "slipway.db-wal").read_bytes()


def test_a_token_in_the_environment_is_no_business_of_hooks(site):
    site.box.env["SLIPWAY_TOKEN"] = site.token()
    site.agent()
    site.wait(online=True, trust="confirmed")
    site.server.config["apps"][0]["after_deploy"] = "env"
    site.server.write_config(site.server.port)
    assert site.api.post("/api/v1/config/reload").status == 200
    done = site.api.wait_ended(site.api.deploy("shop")["id"])
    assert done["state"] == "succeeded", done
    output = site.api.output(done["id"], "api-1").body
    assert b"SLIPWAY_NODE=api-1" in output and b"SLIPWAY_TOKEN" not in output and b"slipway-join" not in output


def test_a_known_agent_comes_back_by_its_key_alone(site):
    agent = site.agent("--token", site.token())
    site.wait(online=True)
    agent.stop()
    site.wait(online=False)
    site.agent(name="another-name", program="agent")
    site.wait(online=True, trust="confirmed")
    assert "another-name" not in site.agents()


def test_links_are_made_again_after_a_restart_of_the_server(box, site):
    site.server.config["listen_agents"] = f"127.0.0.1:{site.port}"
    site.agent("--token", site.token())
    site.wait(online=True)
    site.server.restart()
    site.wait(online=True, trust="confirmed")
    assert site.api.wait_ended(site.api.deploy("shop")["id"])["state"] == "succeeded"


def test_without_a_token_the_agent_waits_until_it_is_approved(site):
    agent = site.agent()
    waiting = site.wait_pending()
    assert (waiting["trust"], waiting["offered"], waiting["dials"]) == ("pending", of_agents().fingerprint, True)
    agent.wait_said("it waits until somebody approves it: slipway-server agent approve")
    node = site.api.node("shop", "api-1")
    assert not node["online"] and node["trust"] == "pending"
    assert site.api.post("/api/v1/apps/shop/deployments", {"action": "update"}).status == 503
    code, text = site.command("trust")
    assert code == 0 and "waits to be approved" in text and of_agents().fingerprint in text, text
    code, text = site.command("agent", "approve", "web-1")
    assert code == 0 and "approved" in text, text
    site.wait(online=True, trust="confirmed")
    assert site.api.wait_ended(site.api.deploy("shop")["id"])["state"] == "succeeded"


def test_an_agent_is_approved_over_the_api(site):
    site.api.post("/api/v1/agents/web-1/approve").problem(404 if "web-1" not in site.agents() else 409)
    site.agent()
    site.wait_pending()
    assert site.api.post("/api/v1/agents/web-1/approve").json["trust"] == "confirmed"
    site.wait(online=True, trust="confirmed")
    assert "does not wait" in site.api.post("/api/v1/agents/web-1/approve").problem(409, "conflict")
    site.api.post("/api/v1/agents/nobody/approve").problem(404, "not_found")
    site.api.post("/api/v1/agents/nobody/reject").problem(404, "not_found")


@pytest.mark.parametrize("by", ["api", "command"])
def test_a_rejected_agent_stays_out(site, by):
    agent = site.agent()
    site.wait_pending()
    if by == "api":
        assert site.api.post("/api/v1/agents/web-1/reject").json["rejected"]
    else:
        assert site.command("agent", "reject", "web-1")[0] == 0
    agent.wait_said("this agent was rejected on the server")
    assert not site.api.node("shop", "api-1")["online"]
    assert site.command("agent", "approve", "web-1")[0] == 0
    site.wait(online=True, trust="confirmed")


def test_an_agent_that_waited_and_went_leaves_nothing_behind(site):
    agent = site.agent(name="passer-by")
    site.wait_pending("passer-by")
    agent.stop()
    wait_until(lambda: "passer-by" not in site.agents(), 10, "the agent to be forgotten")


def test_an_agent_that_waits_can_do_nothing(site):
    fake = AgentSide()
    session = fake.dial(("127.0.0.1", site.port), "web-1")
    site.wait_pending()
    order = make_id()
    session.send({"type": "spool", "order": order, "offset": 0}, spool.result("succeeded"))
    wait_until(lambda: "web-1" not in site.agents() or not site.agents()["web-1"]["offered"], 10, "the link to be closed")
    assert not site.api.node("shop", "api-1")["online"]
    assert {message.type for message in (one for _, one in fake.received)} == {"hello", "pending"}


@pytest.mark.parametrize("words, said", [(["--expires", "0s"], "out of range"), (["--expires", "tomorrow"], "--expires"),
                                         (["--uses", "0"], "--uses"), (["--app", "nothing"], "no app")])
def test_a_token_that_makes_no_sense_is_told(site, words, said):
    code, text = site.command("token", "create", *words)
    assert code == 2 and said in text, text


def refused(agent):
    agent.wait_said("the join token is unknown, used up, revoked, or has expired")


def test_a_token_is_good_for_one_agent(site, stranger):
    token = site.token()
    site.agent("--token", token)
    site.wait(online=True)
    refused(site.agent("--token", token, name="web-2", key=stranger, program="second"))
    assert "web-2" not in site.agents()
    code, text = site.command("token", "list")
    assert code == 0 and "used up" in text and token not in text, text


def test_a_token_may_be_good_for_several(site, stranger):
    token = site.token("--uses", "2")
    site.agent("--token", token)
    site.agent("--token", token, name="web-2", key=stranger, program="second")
    site.wait(online=True)
    wait_until(lambda: site.agents().get("web-2", {}).get("online"), 15, "the second agent")


def test_a_revoked_token_is_refused(site):
    token = site.token()
    code, text = site.command("token", "revoke", "1")
    assert code == 0 and "revoked" in text, text
    written = site.api.get_json("/api/v1/audit?limit=2")["entries"]
    assert [(entry["what"], entry["target"], entry["via"]) for entry in written] == [
        ("revokeJoinToken", "join-tokens/1", "command line"), ("createJoinToken", "join-tokens/1", "command line")]
    refused(site.agent("--token", token))
    assert site.command("token", "revoke", "7")[0] == 2


def test_an_expired_token_is_refused(site):
    refused(site.agent("--token", site.token("--expires", "1ms")))


def test_a_token_that_nobody_made_is_refused(site):
    refused(site.agent("--token", "slipway-join-" + "A" * 43))


def test_a_token_for_an_app_admits_only_its_agents(site, stranger):
    token = site.token("--app", "shop")
    other = site.agent("--token", token, name="other", key=stranger, program="other")
    other.wait_said('no node has "agent": "other"')
    site.agent("--token", token)
    site.wait(online=True, trust="confirmed")


def test_a_name_cannot_be_taken_by_another_key(site, stranger):
    site.agent("--token", site.token("--uses", "2"))
    site.wait(online=True)
    thief = site.agent("--token", site.token(), key=stranger, program="thief")
    thief.wait_said("the name web-1 belongs to an agent with another key")
    node = site.wait(trust="changed")
    assert node["online"], "the right agent was thrown out"
    assert site.agents()["web-1"]["offered"] == stranger.fingerprint
    fake = AgentSide(identity=stranger)
    session = fake.dial(("127.0.0.1", site.port), "web-1")
    wait_until(lambda: session.disconnect_reason, 10, "the reason")
    assert not [message for _, message in fake.received if message.type not in ("hello",)]


def test_an_agent_refuses_a_server_with_another_key(site, stranger):
    agent = site.agent(trust=stranger.fingerprint)
    agent.wait_said(f"a server with the key {of_servers().fingerprint} is not trusted here")
    assert "web-1" not in site.agents() or not site.agents()["web-1"]["offered"]


def test_a_second_link_of_the_same_agent_takes_the_place_of_the_first(site):
    fake = AgentSide()
    site.command("trust", "web-1", "--accept", of_agents().fingerprint)
    wait_until(lambda: site.api.node("shop", "api-1")["trust"] == "confirmed", 10, "the key to be known")
    first = fake.dial(("127.0.0.1", site.port), "web-1")
    site.wait(online=True)
    fake.dial(("127.0.0.1", site.port), "web-1")
    wait_until(lambda: len([1 for number, one in fake.received if number == 2 and one.type == "hello"]), 10, "the second hello")
    site.wait(online=True)
    fake.wait(lambda: fake.of("query"), 15, "questions on the second link")
    assert first is not fake.sessions[-1]


def test_agents_that_wait_are_bounded(site, box):
    waiting = []
    for number in range(8):
        fake = AgentSide(identity=identity.make(box.path / f"key-{number}"))
        waiting.append((fake, fake.dial(("127.0.0.1", site.port), f"crowd-{number}")))
    wait_until(lambda: sum(1 for one in site.agents().values() if one["id"].startswith("crowd")) == 8, 15, "eight that wait")
    more = AgentSide(identity=identity.make(box.path / "one-more"))
    session = more.dial(("127.0.0.1", site.port), "one-more")
    wait_until(lambda: session.disconnect_reason, 10, "a refusal")
    assert "too many agents wait" in session.disconnect_reason
    site.agent("--token", site.token())
    site.wait(online=True)


@pytest.mark.parametrize("said", [b"GET / HTTP/1.1\r\n\r\n", bytes(100), b""], ids=["http", "zeros", "nothing"])
def test_strangers_at_the_agents_port_get_no_word(site, said):
    with socket.create_connection(("127.0.0.1", site.port), timeout=5) as link:
        link.sendall(said)
        link.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := link.recv(1000):
            answer += piece
    assert len(answer) <= 7, answer
    site.agent("--token", site.token())
    site.wait(online=True)


@pytest.mark.parametrize("kind", ["http", "socks5"])
@pytest.mark.parametrize("user, password", [("", ""), ("ada", "p%40ss")])
def test_an_agent_dials_through_a_proxy(site, box, kind, user, password):
    proxy = Proxy(box, kind, user, password.replace("%40", "@"))
    url = proxy.url.replace(proxy.password, password) if password else proxy.url
    agent = site.agent("--token", site.token(), "--proxy", url)
    site.wait(online=True)
    assert proxy.asked == [("127.0.0.1", site.port)]
    assert not password or (password not in agent.log() and "p@ss" not in agent.log())


@pytest.mark.parametrize("kind, said", [("http", "it wants a user and a password"), ("socks5", "log in")])
def test_a_proxy_that_refuses_is_named_without_its_credentials(site, box, kind, said):
    proxy = Proxy(box, kind, "ada", "right")
    agent = site.agent("--proxy", f"{kind}://127.0.0.1:{proxy.port}")
    agent.wait_log(f"the proxy {kind}://127.0.0.1:{proxy.port}: .*{said}")
    other = site.agent("--proxy", f"{kind}://ada:wrong-secret@127.0.0.1:{proxy.port}", program="other")
    other.wait_said(f"the proxy {kind}://127.0.0.1:{proxy.port}")
    assert "wrong-secret" not in other.log()


@pytest.mark.parametrize("words, said", [
    (["--connect", "nonsense"], "--connect"), (["--connect", ":8083"], "names no host"),
    (["--connect", "h:1", "--name", "a b"], "cannot be a name"), (["--connect", "h:1", "--proxy", "ftp://user:secret@x:1"], "--proxy"),
    (["--connect", "h:1", "--proxy", "http://user:secret@x"], "names no host and port"), (["--name", "x"], "for an agent that dials")])
def test_what_dialling_cannot_mean_is_told(box, words, said):
    code, text = run_to_end(box, "slipway-agent", *words, "--trust", of_servers().fingerprint, "--data", box.path / "data")
    assert code == 2 and said in text and "secret" not in text, text
