"""Links as an attacker sees them: who stands in the middle, who pretends, who only knocks. And what people do about keys."""
import socket
import ssl
import subprocess

import pytest

from lib import identity, server as config
from lib.agent import Agent
from lib.gate import Gate
from lib.identity import of_agents, of_servers
from lib.people import let_in
from lib.program import run_to_end
from lib.repos import GitRepo
from lib.server import Server
from lib.wait import wait_until
from lib.wire import AgentSide, ServerSide, encode, tls

HELLO = encode(2, b'{"type":"hello","protocol":1,"version":"x","role":"server","instance":"01jd9x3kq5m8w2r7t4v6y9b0ce"}')


@pytest.fixture
def stranger(box):
    """A key that nobody trusts."""
    return identity.make(box.path / "stranger")


class Shop:
    """A server with one node, whose agent may be anything."""

    def __init__(self, box, at, **node):
        self.box, self.repo = box, GitRepo(box, "shop")
        self.repo.commit({"app.txt": "version 1\n"})
        self.server = Server(box, [config.git_app("shop", self.repo.url, [config.node("api-1", at, box.path / "www", **node)])])

    def start(self):
        self.server.start()
        return self

    @property
    def node(self):
        return self.server.api.node("shop", "api-1")

    def wait(self, condition, within=20):
        return self.server.api.wait_node("shop", "api-1", condition, within)

    def agent(self):
        return self.server.api.get_json("/api/v1/agents")["agents"][0]

    def trust(self, fingerprint):
        return self.server.api.post(f"/api/v1/agents/{self.node['addr']}/trust", {"fingerprint": fingerprint})

    def command(self, *words):
        if not self.server.config_file.exists():
            self.server.write_config(0)
        let_in(self.server.data)  # it may be the first that opens the database
        return run_to_end(self.box, "slipway-server", *words, "-c", self.server.config_file)


# The agent's door.


def test_an_agent_says_nothing_to_a_server_with_another_key(agent, stranger):
    try:
        link = ServerSide.connect(agent, identity=stranger, hello=False)
        link.send_bytes(HELLO)
        link.expect_closed(within=5)
    except (OSError, AssertionError) as refused:
        assert "could not send" in str(refused) or isinstance(refused, OSError), refused
    agent.wait_said(f"a server with the key {stranger.fingerprint} is not trusted here", within=5)
    assert "is connected" not in agent.log()


def test_an_agent_says_nothing_to_a_server_without_a_key(agent):
    raw = socket.create_connection(agent.address, timeout=5)
    try:
        sock = tls.TlsSocket(raw, tls.context(None, "client"), "client")
        sock.settimeout(5)
        sock.sendall(HELLO)
        assert sock.recv(100) == b""
    except OSError as refused:
        assert "certificate required" in str(refused).lower() or "reset" in str(refused).lower(), refused
    agent.wait_said("the other side showed no key", within=5)


@pytest.mark.parametrize("said", [b"GET / HTTP/1.1\r\n\r\n", HELLO, bytes(64), b"\x16\x03\x01\xff\xff" + bytes(100), b"\x15\x03\x03\x00\x02\x02\x28"])
def test_an_agent_says_no_word_to_who_does_not_speak_tls(agent, link_to, said):
    with socket.create_connection(agent.address, timeout=5) as link:
        link.sendall(said)
        answer = b""
        try:
            while piece := link.recv(1000):
                answer += piece
        except OSError:
            pass
    assert len(answer) <= 7 and answer[:1] in (b"", b"\x15"), f"more than an alert: {answer!r}"
    assert link_to(agent).peer["role"] == "agent"


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2])
def test_an_agent_refuses_older_versions(agent, version):
    made = tls.context(of_servers().folder, "client")
    made.minimum_version, made.maximum_version = version, version
    with socket.create_connection(agent.address, timeout=5) as raw, pytest.raises(OSError, match="(?i)protocol version|reset"):
        tls.TlsSocket(raw, made, "client")


def s_client(address, *words):
    """What `openssl s_client` says of the other side, as a person would look at it from outside."""
    key = of_servers().folder
    ran = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{address[1]}", "-cert", key / "certificate.pem", "-key",
                          key / "key.pem", *words], input=b"Q\n", capture_output=True, timeout=20)
    return (ran.stdout + ran.stderr).decode(errors="replace")


@pytest.mark.parametrize("suite", ["TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256"])
def test_modern_suites_are_spoken(agent, suite):
    seen = s_client(agent.address, "-tls1_3", "-ciphersuites", suite)
    assert f"New, TLSv1.3, Cipher is {suite}" in seen, seen
    assert "Compression: NONE" in seen and "TLS session ticket" not in seen, seen


@pytest.mark.parametrize("words", [["-tls1_2"], ["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"], ["-tls1", "-cipher", "DEFAULT@SECLEVEL=0"],
                                   ["-tls1_3", "-ciphersuites", "TLS_AES_128_CCM_8_SHA256"], ["-tls1_3", "-groups", "ffdhe2048"]])
def test_nothing_older_or_weaker_is_spoken(agent, words):
    assert "Cipher is (NONE)" in s_client(agent.address, *words)


def test_an_agent_trusts_every_server_that_it_was_told_of(box, stranger):
    agent = Agent(box, trust=[of_servers().fingerprint, stranger.fingerprint]).start()
    for one in (of_servers(), stranger):
        with ServerSide.connect(agent, identity=one) as server:
            assert server.peer["role"] == "agent"


def test_a_recorded_link_gets_nowhere(box, agent, shop):
    gate = Gate(agent)
    box.on_close(gate.close)
    gate.record = True
    with ServerSide.connect(gate) as server:
        assert server.run(shop.order(after=[f"echo again >> {box.path}/ran"])).result["state"] == "succeeded"
    orders = sorted(path.name for path in (agent.data / "orders").iterdir())
    for _ in range(3):
        with socket.create_connection(agent.address, timeout=5) as again:
            again.settimeout(5)
            try:
                again.sendall(bytes(gate.recorded["up"]))
                while again.recv(10_000):
                    pass
            except OSError:
                pass
    assert (box.path / "ran").read_text() == "again\n"
    assert sorted(path.name for path in (agent.data / "orders").iterdir()) == orders
    assert agent.log().count("is connected") == 1


# The server's side.


def test_the_first_key_is_remembered_as_unconfirmed_and_a_person_confirms_it(box, agent):
    shop = Shop(box, agent).start()
    node = shop.wait(lambda node: node["online"])
    assert node["trust"] == "unconfirmed"
    known = shop.agent()
    assert (known["id"], known["fingerprint"], known["confirmed_by"]) == (agent.addr, of_agents().fingerprint, None)
    assert known["nodes"] == [{"app": "shop", "node": "api-1"}]
    code, text = shop.command("trust")
    assert code == 0 and "unconfirmed" in text and f"--accept {of_agents().fingerprint}" in text, text
    code, text = shop.command("trust", "api-1", "--accept", of_agents().fingerprint)
    assert code == 0 and "confirmed" in text, text
    shop.wait(lambda node: node["trust"] == "confirmed" and node["online"])
    assert "on the command line" in shop.agent()["confirmed_by"]
    entry = shop.server.api.get_json("/api/v1/audit?what=trustAgent")["entries"][0]
    assert (entry["via"], entry["target"], entry["result"]) == ("command line", f"agents/{agent.addr}", "done"), entry


def test_a_man_in_the_middle_with_a_fresh_key_is_refused_and_hears_nothing(box, stranger):
    fake = AgentSide()
    shop = Shop(box, fake).start()
    shop.wait(lambda node: node["online"])
    fake.identity = stranger
    fake.drop()
    node = shop.wait(lambda node: not node["online"] and node["trust"] == "changed" and stranger.fingerprint in (node["reason"] or ""))
    assert of_agents().fingerprint in node["reason"] and "slipway-server trust" in node["reason"], node
    before = len(fake.sessions)
    wait_until(lambda: len(fake.refused) >= 2, 20, "refused handshakes")
    assert len(fake.sessions) == before, "the man in the middle got through a handshake"
    known = shop.agent()
    assert (known["fingerprint"], known["offered"]) == (of_agents().fingerprint, stranger.fingerprint)
    assert shop.server.api.post("/api/v1/apps/shop/deployments", {"action": "update"}).status == 503
    fake.identity = of_agents()
    shop.wait(lambda node: node["online"] and node["trust"] == "unconfirmed")
    assert shop.agent()["offered"] is None
    fake.close()


def test_a_changed_key_is_accepted_by_a_person_and_survives_a_restart(box, stranger):
    fake = AgentSide()
    shop = Shop(box, fake).start()
    shop.wait(lambda node: node["online"])
    fake.identity = stranger
    fake.drop()
    shop.wait(lambda node: node["trust"] == "changed")
    wait_until(lambda: shop.agent()["offered"], 10, "the offer")
    assert "has not shown" in shop.trust("SHA256:" + "A" * 43).problem(409, "conflict")
    answer = shop.trust(stranger.fingerprint)
    assert answer.status == 200 and answer.json["trust"] == "confirmed", answer.body
    assert shop.agent()["confirmed_by"] == "tester"
    done, refused = shop.server.api.get_json("/api/v1/audit?what=trustAgent")["entries"]
    assert (done["who"], done["result"], done["detail"]) == ("tester", "done", f"the key {stranger.fingerprint}"), done
    assert refused["result"] == "failed" and "has not shown" in refused["detail"], refused
    shop.wait(lambda node: node["online"] and node["trust"] == "confirmed")
    shop.server.restart()
    shop.wait(lambda node: node["online"] and node["trust"] == "confirmed")
    fake.close()


def test_trust_on_the_command_line_works_while_the_server_is_stopped(box, agent, stranger):
    shop = Shop(box, agent)
    code, text = shop.command("trust", agent.addr, "--accept", stranger.fingerprint)
    assert code == 0 and "confirmed" in text, text
    shop.start()
    node = shop.wait(lambda node: node["trust"] == "changed")
    assert not node["online"]
    code, text = shop.command("trust", "shop/api-1", "--accept", of_agents().fingerprint)
    assert code == 0, text
    shop.wait(lambda node: node["online"] and node["trust"] == "confirmed")


@pytest.mark.parametrize("words, said", [
    (["nobody"], "no node of the configuration has"), (["--accept", "SHA256:" + "A" * 43], "whose key is it?"),
    (["api-1", "--accept", "SHA256:abc"], "is not a fingerprint")])
def test_what_trust_cannot_do_is_told(box, words, said):
    code, text = Shop(box, "127.0.0.1:1").start().command("trust", *words)
    assert code == 2 and said in text, text


def test_a_pinned_key_is_the_only_one_believed(box, agent, stranger):
    good = Shop(box, agent, fingerprint=of_agents().fingerprint).start()
    good.wait(lambda node: node["online"] and node["trust"] == "pinned")
    good.server.config["apps"][0]["node"][0]["fingerprint"] = stranger.fingerprint
    good.server.write_config(good.server.port)
    assert good.server.api.post("/api/v1/config/reload").status == 200
    node = good.wait(lambda node: not node["online"] and node["trust"] == "changed" and "SHA256:" in (node["reason"] or ""))
    assert of_agents().fingerprint in node["reason"] and stranger.fingerprint in node["reason"]
    assert "server.json" in good.trust(of_agents().fingerprint).problem(409, "conflict")
    code, text = good.command("trust", "api-1", "--accept", of_agents().fingerprint)
    assert code == 2 and "server.json" in text, text


def test_an_agent_that_does_not_trust_the_server_is_shown_with_what_to_do(box, stranger):
    agent = Agent(box, trust=stranger.fingerprint).start()
    node = Shop(box, agent).start().wait(lambda node: "--trust" in (node["reason"] or ""))
    assert f"start it with --trust {of_servers().fingerprint}" in node["reason"] and not node["online"]


def test_a_plaintext_link_is_shown_as_such_and_works(box, plain_agent):
    shop = Shop(box, plain_agent).start()
    shop.wait(lambda node: node["online"] and node["trust"] == "plaintext")
    assert shop.trust(of_agents().fingerprint).problem(409, "conflict")
    code, text = shop.command("trust")
    assert code == 0 and "plaintext" in text


def test_the_server_says_nothing_to_a_plaintext_agent_that_should_show_a_key(box):
    fake = AgentSide(plaintext=True)
    said = []
    fake.on_session = lambda session: said.append(session.sock.recv(5)) or True
    shop = Shop(box, fake.addr).start()
    node = shop.wait(lambda node: "--plaintext" in (node["reason"] or ""))
    assert not node["online"] and node["trust"] == "pending"
    assert said and all(words[:1] in (b"\x16", b"") for words in said), said
    fake.close()


def test_an_encrypted_agent_hears_nothing_of_a_plaintext_server(box, agent):
    node = Shop(box, agent.addr, plaintext=True).start().wait(lambda node: node["reason"] and not node["online"])
    assert node["trust"] == "plaintext"
    agent.wait_said("what came is not TLS")


def test_the_servers_fingerprint_is_printed_and_logged(box):
    shop = Shop(box, "127.0.0.1:1")
    code, text = shop.command("fingerprint")
    shop.server.key.copy_to(shop.server.data)  # nothing to do: there is one already
    shop.server.key = identity.Identity(shop.server.data / "identity", text.strip())
    shop.start()
    assert code == 0 and f"this server's key is {text.strip()}" in shop.server.log()


@pytest.mark.parametrize("body, status", [({}, 422), ({"fingerprint": 7}, 422), ({"fingerprint": "SHA256:abc"}, 422),
                                          ({"fingerprint": "SHA256:" + "A" * 43, "more": 1}, 422)])
def test_a_trust_request_that_is_none_is_told(box, body, status):
    shop = Shop(box, "127.0.0.1:1").start()
    shop.server.api.post("/api/v1/agents/127.0.0.1:1/trust", body).problem(status)
    shop.server.api.post("/api/v1/agents/127.0.0.1:2/trust", {"fingerprint": "SHA256:" + "A" * 43}).problem(404, "not_found")
