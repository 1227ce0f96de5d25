"""Secrets: given to hooks, and seen by nobody else: not on a command line, not on a disk, not in any output."""
import base64
import json
import os
import urllib.parse

import pytest

from lib.agent import Agent
from lib.fleet import Fleet, of, states
from lib.policy import guarded, rejection
from lib.program import run_to_end
from lib.repos import GitRepo
from lib.server import Server, git_app, node
from lib.wait import wait_until

SECRET = "corräct horse/battery+staple&9"
FORMS = {"plain": SECRET, "url": urllib.parse.quote(SECRET, safe=""), "url in small letters": urllib.parse.quote(SECRET, safe="").lower(),
         "base64": base64.b64encode(SECRET.encode()).decode(), "base64 of more": base64.b64encode(f"u:{SECRET}!".encode()).decode()}


def bytes_below(folder):
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


@pytest.fixture
def secret_file(box):
    file = box.path / "db-password"
    file.write_text(SECRET + "\n")
    file.chmod(0o600)
    return file


def fleet_of(box, secret_file, after, **more):
    return Fleet(box, count=1, app={"secrets": {"DB_PASSWORD": {"file": str(secret_file)}}, "after_deploy": after, **more}).start()


def test_a_hook_gets_the_secret_and_nobody_else_sees_it(box, secret_file):
    """On neither side is there a byte of it while the order runs, but for the agent's one file."""
    go, seen = box.path / "go", box.path / "seen"
    wait = f"printf %s \"$DB_PASSWORD\" > {seen}; echo \"it is $DB_PASSWORD\"; while [ ! -e {go} ]; do sleep 0.05; done; false \"$DB_PASSWORD\""
    fleet = fleet_of(box, secret_file, [wait])
    deployment = fleet.api.deploy("shop")
    wait_until(lambda: seen.exists() and seen.read_text() == SECRET, 20, "the hook has the secret")
    agent = fleet.agents["api-1"]
    order = next((agent.data / "orders").iterdir())
    assert json.loads((order / "secrets").read_text()) == {"DB_PASSWORD": SECRET}
    assert (order / "secrets").stat().st_mode & 0o777 == 0o600
    assert SECRET.encode() not in (order / "order.json").read_bytes()
    for line in (open(f"/proc/{pid}/cmdline", "rb").read() for pid in os.listdir("/proc") if pid.isdigit() and os.path.exists(f"/proc/{pid}/cmdline")):
        assert SECRET.encode() not in line
    seen.unlink()
    go.touch()
    ended = fleet.api.wait_ended(deployment["id"])
    assert states(ended) == {"api-1": "failed"}
    output = fleet.api.output(deployment["id"], "api-1").body.decode()
    assert "it is ***" in output
    assert not (order / "secrets").exists()
    everything = json.dumps(ended, ensure_ascii=False) + json.dumps(fleet.api.apps(), ensure_ascii=False) + output
    assert SECRET not in everything
    fleet.server.stop()
    agent.stop()
    for folder in (fleet.server.data, agent.data):
        assert SECRET.encode() not in bytes_below(folder), folder
    for log in box.path.glob("*.log"):
        assert SECRET not in log.read_text()


@pytest.mark.parametrize("form", FORMS)
def test_a_secret_is_masked_in_every_form_and_however_it_is_split(shop, server_side, form):
    text = FORMS[form]
    half = len(text) // 2
    pieces = f"printf '%s' '{text[:half]}'; sleep 0.3; printf '%s\\n' '{text[half:]}'; echo '{text}' >&2"
    got = server_side.run(shop.order(after=[pieces], secrets={"DB_PASSWORD": SECRET}))
    said = got.text("after_deploy", "stdout") + got.text("after_deploy", "stderr")
    assert text not in said and said.count("***") == 2, said
    assert text.encode() not in bytes(got.data)


def test_a_secret_in_a_failed_command_is_masked_in_the_reason(shop, server_side):
    got = server_side.run(shop.order(after=[f"exit 3 # {SECRET}"], secrets={"DB_PASSWORD": SECRET}))
    assert got.result["exit_code"] == 3 and "***" in got.result["reason"] and SECRET not in got.result["reason"]


def test_much_output_with_secrets_in_it_is_kept_whole_but_for_them(shop, server_side):
    hook = 'for i in $(seq 2000); do echo "line $i: $DB_PASSWORD, and more that has to stay as it is"; done'
    got = server_side.run(shop.order(after=[hook], secrets={"DB_PASSWORD": SECRET}))
    expected = "".join(f"line {i}: ***, and more that has to stay as it is\n" for i in range(1, 2001))
    assert got.text("after_deploy", "stdout") == expected


def test_secrets_of_an_order_whose_runner_was_killed_are_removed(shop, agent, server_side):
    order = shop.order(after=["echo $DB_PASSWORD; sleep 60"], secrets={"DB_PASSWORD": SECRET})
    server_side.order(order)
    server_side.follow(order["id"])
    server_side.step(order["id"], "after_deploy")
    assert (agent.order_dir(order["id"]) / "secrets").exists()
    for runner in agent.runners():
        os.kill(runner, 9)
    assert server_side.result(order["id"]).result["state"] == "interrupted"
    assert not (agent.order_dir(order["id"]) / "secrets").exists()


@pytest.mark.parametrize("secrets, why", [({"LD PRELOAD": "long enough"}, "cannot be called"), ({"SLIPWAY_PATH": "long enough"}, "cannot be called"),
                                          ({"A": "abc"}, "shorter than 4 bytes"), ({"A": "a\0bcdefg"}, "NUL"),
                                          ({"A": "x" * 70_000}, "at most 65536")])
def test_an_agent_refuses_secrets_that_are_none(shop, server_side, secrets, why):
    state = server_side.order(shop.order(secrets=secrets))
    assert state["state"] == "rejected" and why in state["reason"]
    assert not any(value in state["reason"] for value in secrets.values())


def test_a_server_cannot_smuggle_a_command_in_as_a_variable(box, link_to, shop):
    """LD_PRELOAD in front of a named command would be one."""
    rules = {"hooks": "named", "commands": {"restart": "true"}}
    side = link_to(guarded(box, rules))
    for name in ("LD_PRELOAD", "PATH", "BASH_ENV", "DB_PASSWORD"):
        assert rejection(side.order(shop.order(after=["@restart"], secrets={name: "/tmp/evil.so"})))[0] == "secrets"
    side = link_to(guarded(box, {**rules, "secrets": ["DB_PASSWORD"]}, name="agent-2"))
    got = side.run(shop.order(after=["@restart"], secrets={"DB_PASSWORD": SECRET}))
    assert got.result["state"] == "succeeded"


def check(box, text):
    file = box.path / "server.json"
    file.write_text(text if isinstance(text, str) else json.dumps(text))
    return run_to_end(box, "slipway-server", "-c", file, "--check")


def test_the_value_itself_does_not_belong_in_the_file(box):
    code, told = check(box, {"secrets": {"DB_PASSWORD": SECRET}})
    assert code == 2 and SECRET not in told
    assert 'server.json:1:29: "secrets": the value of "DB_PASSWORD" does not belong in this file; expected where it is' in told


def test_secrets_that_cannot_be_given_are_told_at_the_check(box, secret_file):
    short = box.path / "short"
    short.write_text("abc\n")
    code, told = check(box, {"secrets": {"A": {"file": str(box.path / "absent")}, "B": {"file": str(short)}, "C": {"env": "NO_SUCH_VARIABLE"},
                                         "D-E": {"env": "HOME"}, "SLIPWAY_X": {"env": "HOME"}, "F": {}}})
    assert code == 2
    assert '"D-E" is no name of a variable' in told and "names that begin with SLIPWAY_" in told and 'expected "file" or "env" of "F"' in told
    code, told = check(box, {"secrets": {"A": {"file": str(box.path / "absent")}, "B": {"file": str(short)}, "C": {"env": "NO_SUCH_VARIABLE"}}})
    assert code == 2 and "abc" not in told
    assert "absent: No such file" in told and "it has 3 bytes; a value of fewer than 4" in told and "no variable NO_SUCH_VARIABLE" in told


def test_a_secret_that_others_can_read_gets_a_warning(box, secret_file):
    config = {"secrets": {"DB_PASSWORD": {"file": str(secret_file)}}, "apps": [git_app("shop", "", [node("a", "127.0.0.1:1", "/srv/shop")])]}
    assert check(box, config)[0] == 0
    secret_file.chmod(0o644)
    code, told = check(box, config)
    assert code == 0 and f"warning: \"secrets\": others than its owner can read {secret_file}; chmod 600 it" in told


def test_a_secret_that_is_gone_by_the_time_of_the_order_fails_the_node(box, secret_file):
    fleet = fleet_of(box, secret_file, ["true"])
    secret_file.unlink()
    ended = fleet.api.wait_ended(fleet.api.deploy("shop")["id"])
    assert states(ended) == {"api-1": "failed"}
    assert "the order was not sent: the secret DB_PASSWORD: " in of(ended, "api-1")["reason"]
    assert fleet.revisions() == {fleet.old}


def test_an_apps_own_secret_takes_the_place_of_the_one_at_the_top(box, secret_file):
    box.env |= {"TOP_SECRET": "the one at the top", "OWN_SECRET": "the one of the app"}
    fleet = Fleet(box, count=1, app={"secrets": {"A": {"env": "OWN_SECRET"}}, "after_deploy": [f"echo \"$A, $B\" > {box.path}/seen"]})
    fleet.server.config["secrets"] = {"A": {"env": "TOP_SECRET"}, "B": {"env": "TOP_SECRET"}}
    fleet.start()
    ended = fleet.api.wait_ended(fleet.api.deploy("shop")["id"])
    assert states(ended) == {"api-1": "succeeded"}
    assert (box.path / "seen").read_text() == "the one of the app, the one at the top\n"


def test_the_password_of_a_repository_is_shown_to_nobody(box):
    """By git itself, by a hook that asks git, in errors, the API, the logs and --check."""
    password = "s3cret-of-the-url"
    repo = GitRepo(box, "shop")
    revision = repo.commit()
    agent = Agent(box).start()
    copy = repo.clone(box.path / "www", url=repo.url)
    url = f"http://me:{password}@127.0.0.1:1/shop.git"
    copy.git("remote", "set-url", "origin", url)
    hook = "git remote get-url origin; url=$(git remote get-url origin); printf %s \"${url%%ret-of*}\"; sleep 0.3; echo \"ret-of${url##*ret-of}\""
    server = Server(box, [git_app("shop", url, [node("a", agent, copy.path, before_deploy=[hook])])])
    server.start()
    server.api.wait_node("shop", "a", lambda one: one["online"])
    deployment = server.api.deploy("shop", revision=revision)
    server.api.wait_ended(deployment["id"])
    output = server.api.output(deployment["id"], "a").body.decode()
    assert output.count("***") >= 2 and password not in output
    failed = server.api.post("/api/v1/apps/shop/deployments", {"action": "update"}, within=40)
    told = [failed.body.decode(), json.dumps(server.api.apps()), json.dumps(server.api.deployment(deployment["id"]))]
    told += [log.read_text() for log in box.path.glob("*.log")]
    told.append(run_to_end(box, "slipway-server", "-c", server.config_file, "--check")[1])
    server.config["apps"][0]["url"] = f"ftp://me:{password}@127.0.0.1/x"
    server.write_config(server.port)
    told.append(run_to_end(box, "slipway-server", "-c", server.config_file, "--check")[1])
    assert not [text for text in told if password in text]
