"""agent.json against a server that asks for what it must not have: every rule, with the real agent."""
import json
import os
import time

import pytest

from lib import identity, orders
from lib.agent import Agent
from lib.fleet import of, states
from lib.policy import GpgKey, SshKey, guarded, rejection, write
from lib.program import run_to_end
from lib.repos import GitRepo
from lib.server import Server, git_app, node
from lib.sites import git_site, svn_site
from lib.wait import wait_until


@pytest.fixture
def against(box, link_to):
    """against(rules): a link of a server to an agent with these rules."""
    def connect(rules, **more):
        return link_to(guarded(box, rules), **more)
    return connect


def refused(side, order):
    state = side.order(order)
    side.settle(0.1)
    assert not side.inbox(order["id"]).spool.events, "nothing was started"
    return rejection(state)


def test_without_a_policy_the_log_says_so_once(box):
    if os.path.exists("/etc/slipway/agent.json"):
        agent = Agent(box, policy=box.path / "absent.json")
        agent.spawn(agent.argv())
        assert agent.process.wait(10) == 2
        return
    agent = Agent(box).start()
    assert agent.log().count("there is no policy (/etc/slipway/agent.json)") == 1
    assert agent.stop() == 0


def test_a_policy_that_is_named_must_be_there(box):
    code, told = run_to_end(box, "slipway-agent", "-l", "127.0.0.1:0", "--plaintext", "--data", box.path / "d", "--policy", box.path / "absent.json")
    assert code == 2 and "absent.json: No such file" in told


def test_every_mistake_is_told_with_its_place_and_nothing_is_started(box):
    file = write(box, '{\n  "path": [],\n  "hooks": "never",\n  "run_as": "no-such-user-here"\n}')
    code, told = run_to_end(box, "slipway-agent", "-l", "127.0.0.1:0", "--plaintext", "--data", box.path / "d", "--policy", file)
    assert code == 2
    assert f'{file}:2:3: unknown key "path" in the policy; did you mean "paths"?' in told
    assert f'{file}:3:12: "hooks": expected "server", "named" or "off", found the string "never"' in told
    assert f"{file}:4:13: \"run_as\": " in told


@pytest.mark.parametrize("spoil, sentence", [
    (lambda file: file.chmod(0o620), "others than its owner may write to"),
    (lambda file: file.chmod(0o602), "others than its owner may write to"),
    (lambda file: file.parent.chmod(0o777), "others than its owner may write to"),
    (lambda file: os.chown(file, 65534, 65534), "belongs to user 65534"),
])
def test_a_policy_that_others_can_change_is_none(box, spoil, sentence):
    assert os.geteuid() == 0, "this test gives a file to another user: run it as root"
    folder = box.path / "etc"
    folder.mkdir(0o755)
    file = write(box, {}, "etc/agent.json")
    spoil(file)
    code, told = run_to_end(box, "slipway-agent", "-l", "127.0.0.1:0", "--plaintext", "--data", box.path / "d", "--policy", file)
    assert code == 2 and sentence in told, told


def test_only_servers_that_are_named_are_listened_to(box, link_to, shop):
    friend, stranger = identity.make(box.path / "friend"), identity.make(box.path / "stranger")
    agent = guarded(box, {"servers": [friend.fingerprint]}, trust=[friend.fingerprint, stranger.fingerprint])
    friendly = link_to(agent, identity=friend)
    assert friendly.run(shop.order()).result["state"] == "succeeded"
    stranger = link_to(agent, identity=stranger, instance=friendly.instance)
    assert refused(stranger, shop.order(shop.old))[0] == "servers"
    assert rejection(stranger.query("status", shop.target()))[0] == "servers"


def test_a_path_outside_is_refused_also_for_questions(box, against, shop):
    side = against({"paths": [str(box.path / "elsewhere")]})
    assert refused(side, shop.order())[0] == "paths"
    for kind in ("status", "log", "resolve"):
        rule, sentence = rejection(side.query(kind, shop.target()))
        assert rule == "paths" and shop.old not in sentence
    assert shop.unchanged()


def test_nothing_is_said_of_what_is_there_outside(box, against, shop):
    side = against({"paths": [str(shop.path)]})
    there, absent = box.path / "home", box.path / "hole"
    told = [rejection(side.query("status", orders.target(path, shop.url)))[1].replace(str(path), "PATH") for path in (there, absent)]
    assert told[0] == told[1]


def test_a_path_inside_works(against, shop):
    side = against({"paths": [str(shop.path.parent / "*")]})
    assert side.run(shop.order()).result["state"] == "succeeded"
    assert side.query("status", shop.target())["revision"] == shop.new


def test_a_link_out_of_the_allowed_paths_is_followed_by_the_judge_alone(box, against, shop):
    outside = box.path / "outside"
    outside.mkdir()
    (shop.path.parent / "out").symlink_to(outside)
    side = against({"paths": [str(shop.path.parent)]})
    target = orders.target(shop.path.parent / "out" / "new", shop.url)
    rule, sentence = refused(side, orders.order(target, shop.new))
    assert rule == "paths" and "outside" not in sentence.split("out/new", 1)[1].replace("not inside", "")
    assert not list(outside.iterdir())


@pytest.mark.parametrize("layout", [{}, {"releases": orders.releases()}])
def test_a_link_made_between_check_and_use_leads_nowhere(box, against, shop, layout):
    victim = box.path / "victim"
    victim.mkdir()
    place = box.path / "www" / "new"
    side = against({"paths": [str(box.path / "www")]})
    order = orders.order(orders.target(place, shop.url, **layout), shop.new, hold_ms=20_000)
    assert side.order(order)["state"] == "accepted"
    side.follow(order["id"])
    side.finished(order["id"], "fetch")
    if place.exists():
        place.rename(box.path / "www" / "moved")
    place.symlink_to(victim)
    side.proceed(order["id"])
    result = side.result(order["id"]).result
    assert rejection(result)[0] == "paths" and result["step"] == "switch"
    assert not list(victim.iterdir())


def test_a_hook_cannot_put_a_link_in_the_place_of_the_path(box, against, shop):
    victim = box.path / "victim"
    victim.mkdir()
    side = against({"paths": [str(shop.path.parent)]})
    swap = f"mv {shop.path} {shop.path}.moved && ln -s {victim} {shop.path}"
    got = side.run(shop.order(before=[swap, f"touch {victim}/ran"]))
    assert rejection(got.result)[0] == "paths" and got.result["step"] == "before_deploy"
    assert not list(victim.iterdir())


def test_only_repositories_that_are_named_are_fetched(box, against, shop):
    side = against({"repositories": [shop.url]})
    evil = GitRepo(box, "evil")
    revision = evil.commit()
    assert refused(side, orders.order(orders.target(box.path / "new", evil.url), revision))[0] == "repositories"
    assert refused(side, orders.order(orders.target(shop.path, ""), shop.new))[0] == "repositories"
    assert rejection(side.query("resolve", orders.target(box.path / "new", evil.url)))[0] == "repositories"
    assert side.run(shop.order()).result["state"] == "succeeded"


def test_credentials_of_a_refused_repository_are_told_to_nobody(box, link_to, shop):
    agent = guarded(box, {"repositories": ["https://git.example.com/**"]})
    side = link_to(agent)
    target = orders.target(shop.path, "https://me:hunter2@evil.example.com/x.git")
    assert "hunter2" not in refused(side, orders.order(target, shop.new))[1]
    assert "hunter2" not in agent.log()


@pytest.mark.parametrize("layout", [{}, {"releases": orders.releases()}])
def test_a_commit_that_is_on_no_allowed_branch_is_refused_after_fetching(box, against, shop, layout):
    aside = shop.repo.commit({"app.txt": "not reviewed\n"}, branch="aside")
    side = against({"refs": ["main", "refs/tags/v*"]})
    path = box.path / "new"
    target = orders.target(path, shop.url, **layout)
    result = side.run(orders.order(target, aside)).result
    assert (rejection(result)[0], result["step"]) == ("refs", "fetch")
    assert not (path / "app.txt").exists() and not (path / "current").exists()
    assert refused(side, orders.order({**target, "branch": "aside"}, aside))[0] == "refs"
    shop.repo.git("tag", "v1", aside)
    shop.repo.git("push", "-q", "origin", "v1")
    assert side.run(orders.order(target, aside)).result["state"] == "succeeded"
    assert side.run(orders.order(target, shop.new)).result["state"] == "succeeded"


def test_orders_come_in_their_hours(against, shop):
    today, tomorrow = (time.strftime("%a", time.gmtime(time.time() + days * 86_400)).lower() for days in (0, 3))
    side = against({"hours": [f"{tomorrow} 00:00-24:00 UTC"]})
    assert refused(side, shop.order())[0] == "hours"
    assert side.query("status", shop.target())["revision"] == shop.old
    assert today != tomorrow


def test_an_order_that_is_known_is_not_judged_again(box, link_to, shop):
    agent = guarded(box, {})
    side = link_to(agent)
    order = shop.order()
    assert side.run(order).result["state"] == "succeeded"
    write(box, {"paths": ["/nowhere"]})
    agent.reload()
    agent.wait_log("was reloaded")
    assert side.order(order)["state"] == "finished"


HOOKS = {"before_deploy": "before", "after_deploy": "after", "before_rollback": "before_rollback", "after_rollback": "after_rollback"}


def with_command(site, where, command):
    if where == "health_check":
        return site.order(health_check={"command": command, "interval_ms": 1000, "timeout_ms": 3000, "healthy": 1})
    return site.order(**{HOOKS[where]: [command]}, action="rollback" if "rollback" in where else "update")


@pytest.mark.parametrize("where", [*HOOKS, "health_check"])
@pytest.mark.parametrize("mode", ["off", "named"])
def test_an_attacker_with_the_servers_database_and_keys_runs_no_command_that_is_not_named(box, link_to, shop, where, mode):
    """He is the server: its instance, its orders, its way of asking. He does not write agent.json."""
    mark = box.path / "attacker-was-here"
    rules = {"servers": [identity.of_servers().fingerprint], "hooks": mode, "repositories": [shop.url],
             "commands": {"restart": f"echo restarted > {box.path}/restarted"}}
    side = link_to(guarded(box, rules))
    for command in (f"touch {mark}", f"@restart; touch {mark}", f"@restart\ntouch {mark}", f"@restart $(touch {mark})",
                    f"`touch {mark}`", "@../restart", f"@/usr/bin/touch {mark}", "@", f" \n touch {mark}"):
        assert refused(side, with_command(shop, where, command))[0] == "hooks"
    assert not mark.exists() and shop.unchanged()


def test_a_named_command_runs_and_its_text_stays_on_the_host(box, against, shop):
    side = against({"hooks": "named", "commands": {"restart": "echo $SLIPWAY_ACTION to $SLIPWAY_REVISION", "fail": "exit 7"}})
    got = side.run(shop.order(after=["@restart"]))
    assert got.text("after_deploy", "stdout") == f"update to {shop.new}\n"
    got = side.run(shop.order(shop.old, after=["@fail"]))
    assert got.result["exit_code"] == 7 and "@fail" in got.result["reason"] and "exit 7" not in got.result["reason"]


def test_an_order_may_not_work_for_longer_than_its_limit(box, against, shop):
    side = against({"limits": {"time": "700ms"}})
    began = time.monotonic()
    got = side.run(shop.order(after=["sleep 60"]))
    assert (got.result["state"], got.result["step"]) == ("failed", "after_deploy")
    assert "longer than 700ms" in got.result["reason"] and '"limits"' in got.result["reason"]
    assert time.monotonic() - began < 20


def test_the_time_in_which_an_order_waits_for_others_is_not_its_own(box, against, shop):
    side = against({"limits": {"time": "4s"}})
    order = shop.order(hold_ms=30_000)
    side.order(order)
    side.follow(order["id"])
    side.finished(order["id"], "fetch")
    side.settle(5)
    side.proceed(order["id"])
    assert side.result(order["id"]).result["state"] == "succeeded"


def test_an_order_may_not_print_more_than_its_limit(against, shop):
    side = against({"limits": {"output": "10KiB"}})
    got = side.run(shop.order(after=["yes 0123456789 | head -c 20000000; echo never"]))
    assert (got.result["state"], got.result["step"]) == ("failed", "after_deploy")
    assert "printed more than 10KiB" in got.result["reason"] and '"limits"' in got.result["reason"]
    assert 9_000 < len(got.text("after_deploy", "stdout")) <= 10_240
    assert "printed more than 10KiB" in got.text("after_deploy", "note")


def test_only_so_many_orders_are_at_work_at_once(box, against):
    one, two = git_site(box, "one"), git_site(box, "two")
    side = against({"limits": {"orders": 1}})
    running = one.order(after=[f"while [ ! -e {box.path}/go ]; do sleep 0.05; done"])
    side.order(running)
    side.follow(running["id"])
    side.step(running["id"], "after_deploy")
    assert refused(side, two.order())[0] == "limits"
    (box.path / "go").touch()
    assert side.result(running["id"]).result["state"] == "succeeded"
    assert side.run(two.order()).result["state"] == "succeeded"


def test_the_policy_is_read_again_as_a_whole_or_not_at_all(box, link_to, shop):
    agent = guarded(box, {"hooks": "off"})
    side = link_to(agent)
    write(box, '{"hooks": "server", "limits": {"time": "soon"}}')
    agent.reload()
    agent.wait_log(r"agent\.json:1:40: \"time\": expected a duration")
    agent.wait_log("was not reloaded: what was in force stays so")
    assert refused(side, shop.order(after=["true"]))[0] == "hooks"
    write(box, {"hooks": "server"})
    agent.reload()
    agent.wait_log("was reloaded and is in force")
    assert side.run(shop.order(after=["true"])).result["state"] == "succeeded"


def test_a_policy_that_is_gone_stays_in_force(box, link_to, shop):
    agent = guarded(box, {"hooks": "off"})
    side = link_to(agent)
    agent.policy.unlink()
    agent.reload()
    agent.wait_log("was not reloaded, what was in force stays so")
    assert refused(side, shop.order(after=["true"]))[0] == "hooks"


def test_an_order_at_work_keeps_what_it_was_granted(box, link_to, shop):
    agent = guarded(box, {"hooks": "named", "commands": {"wait": f"while [ ! -e {box.path}/go ]; do sleep 0.05; done"}})
    side = link_to(agent)
    order = shop.order(before=["@wait"], after=["@wait"])
    side.order(order)
    side.follow(order["id"])
    side.step(order["id"], "before_deploy")
    write(box, {"hooks": "off"})
    agent.reload()
    agent.wait_log("was reloaded")
    (box.path / "go").touch()
    assert side.result(order["id"]).result["state"] == "succeeded"


def test_hooks_find_a_small_environment_where_the_policy_names_one(box, against, shop):
    box.env |= {"LEAKED": "secret of the agent", "PASSED": "one"}
    side = against({"environment": {"pass": ["PASSED"], "set": {"STAGE": "live", "SLIPWAY_APP": "forged"}}})
    got = side.run(shop.order(after=["env"]))
    seen = dict(line.split("=", 1) for line in got.text("after_deploy", "stdout").splitlines())
    assert (seen["PASSED"], seen["STAGE"], seen["SLIPWAY_APP"]) == ("one", "live", "shop")
    assert "LEAKED" not in seen and seen["HOME"] == box.env["HOME"] and seen["PATH"]


@pytest.fixture
def signer(box):
    return SshKey(box, "signer")


@pytest.mark.parametrize("layout", [{}, {"releases": orders.releases()}])
def test_only_commits_with_the_signature_of_an_allowed_ssh_key_are_deployed(box, against, shop, signer, layout):
    signed = signer.sign(shop.repo, {"app.txt": "signed\n"})
    forged = SshKey(box, "other").sign(shop.repo, {"app.txt": "forged\n"})
    side = against({"require_signed_commits": {"allowed_signers": str(signer.allowed_signers(box.path / "signers"))}})
    target = orders.target(box.path / "new", shop.url, **layout)
    for revision, why in ((shop.new, "is not signed"), (forged, "is not signed by one of the allowed signers")):
        for action in ("update", "rollback"):
            result = side.run(orders.order(target, revision, action=action)).result
            rule, sentence = rejection(result)
            assert (rule, result["step"]) == ("require_signed_commits", "fetch") and why in sentence
    assert side.run(orders.order(target, signed)).result["state"] == "succeeded"


def test_a_working_copy_is_not_switched_to_what_is_not_signed(box, against, shop, signer):
    side = against({"require_signed_commits": {"allowed_signers": str(signer.allowed_signers(box.path / "signers"))}})
    shop.copy.git("config", "gpg.ssh.allowedSignersFile", SshKey(box, "other").allowed_signers(box.path / "own"))
    forged = SshKey(box, "third").sign(shop.repo, {"app.txt": "forged\n"})
    assert rejection(side.run(shop.order(forged, after=["touch ran"])).result)[0] == "require_signed_commits"
    assert shop.unchanged() and not (shop.path / "ran").exists()


def test_commits_may_be_signed_with_openpgp(box, against, shop):
    key, other = GpgKey(box, "signer"), GpgKey(box, "other")
    signed, forged = key.sign(shop.repo, {"app.txt": "signed\n"}), other.sign(shop.repo, {"app.txt": "forged\n"})
    side = against({"require_signed_commits": {"keyring": str(key.keyring(box.path / "keyring.gpg"))}})
    assert rejection(side.run(shop.order(forged)).result)[0] == "require_signed_commits"
    assert side.run(shop.order(signed)).result["state"] == "succeeded"


def test_svn_has_no_signatures_and_is_refused_where_they_are_wanted(box, against, signer):
    site = svn_site(box)
    side = against({"require_signed_commits": {"allowed_signers": str(signer.allowed_signers(box.path / "signers"))}})
    assert refused(side, site.order())[0] == "require_signed_commits"


def check(box, *argv):
    return run_to_end(box, "slipway-agent", "check", *argv)


def test_check_explains_the_policy(box):
    file = write(box, {"paths": ["/srv/*"], "hooks": "named", "commands": {"restart": "systemctl restart shop"}})
    code, told = check(box, "--policy", file)
    assert code == 0
    assert "/srv/*" in told and "@restart is: systemctl restart shop" in told and "Caution: the server chooses the code" in told


def test_check_tells_what_is_wrong_with_the_policy(box):
    code, told = check(box, "--policy", write(box, '{"hook": 1}'))
    assert code == 2 and 'agent.json:1:2: unknown key "hook"' in told


def test_check_tests_an_order(box, shop):
    file = write(box, {"paths": [str(shop.path)], "hooks": "off"})
    order = box.path / "order.json"
    order.write_text(json.dumps(shop.order()))
    code, told = check(box, "--policy", file, order)
    assert code == 0 and told.startswith("allowed:")
    order.write_text(json.dumps({"revision": shop.new, "target": shop.target(), "after_deploy": ["true"]}))
    code, told = check(box, "--policy", file, order)
    assert code == 3 and 'rejected by policy rule "hooks" (agent.json): ' in told
    order.write_text('{"revision": 1}')
    assert check(box, "--policy", file, order)[0] == 2


def test_check_tests_an_order_that_the_agent_has_kept(box, server_side, agent, shop):
    order = shop.order(after=["true"])
    server_side.run(order)
    wait_until(lambda: (agent.order_dir(order["id"]) / "collected").exists(), 5, "the order is collected")
    code, told = check(box, "--policy", write(box, {"servers": ["x"]}), agent.order_dir(order["id"]) / "order.json")
    assert code == 3 and '"servers"' in told and identity.of_servers().fingerprint in told


def test_the_server_shows_a_refusal_as_rejected_with_its_rule(box, shop):
    agent = guarded(box, {"hooks": "named", "commands": {"restart": "echo restarted"}})
    server = Server(box, [git_app("shop", shop.url, [node("api-1", agent, shop.path, after_deploy="id")])]).start()
    server.api.wait_online("shop")
    ended = server.api.wait_ended(server.api.deploy("shop")["id"])
    assert states(ended) == {"api-1": "rejected"} and ended["state"] == "failed"
    assert of(ended, "api-1")["reason"].startswith('rejected by policy rule "hooks" (agent.json): ')
    assert shop.unchanged()
    server.config["apps"][0]["node"][0]["after_deploy"] = "@restart"
    server.write_config(server.port)
    assert server.api.post("/api/v1/config/reload").status == 200
    ended = server.api.wait_ended(server.api.deploy("shop")["id"])
    assert states(ended) == {"api-1": "succeeded"} and shop.switched()
    assert server.api.output(ended["id"], "api-1").body.endswith(b"restarted\n")


def test_a_node_catches_up_only_with_what_is_signed(box, shop, signer):
    """The server brings a node that was away to the app's revision by itself; its host still has the last word."""
    signers = signer.allowed_signers(box.path / "signers")
    agent = guarded(box, {"require_signed_commits": {"allowed_signers": str(signers)}})
    other = Agent(box, "agent-2").start()
    beside = shop.repo.clone(box.path / "beside", revision=shop.old)
    nodes = [node("api-1", agent, shop.path), node("api-2", other, beside.path)]
    server = Server(box, [git_app("shop", shop.url, nodes, rollout={"catch_up": True})]).start()
    server.api.wait_online("shop")
    agent.stop()
    server.api.wait_node("shop", "api-1", lambda one: not one["online"])
    ended = server.api.wait_ended(server.api.deploy("shop")["id"])
    assert states(ended) == {"api-1": "offline", "api-2": "succeeded"}
    agent.start()

    def caught_up():
        newest = server.api.deployments()["deployments"][0]
        return newest if newest["id"] != ended["id"] and newest["state"] in ("failed", "succeeded", "partial") else None
    newest = wait_until(caught_up, 30, "the deployment that catches up")
    told = of(server.api.deployment(newest["id"]), "api-1")
    assert told["state"] == "rejected" and '"require_signed_commits"' in told["reason"]
    assert shop.unchanged()
