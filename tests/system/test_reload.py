"""server.json read again while the server runs: as a whole or not at all, and what runs keeps what it started with."""
import signal

import pytest

from lib.agent import Agent
from lib.fleet import Fleet, states
from lib.server import git_app, node
from lib.wait import wait_until

RELOAD = "/api/v1/config/reload"


def held(box):
    """A hook that waits for a file, and tells which one it is."""
    return {"after_deploy": f"echo old hook >> {box.path}/ran; until [ -e {box.path}/go ]; do sleep 0.02; done"}


def write(fleet):
    fleet.server.write_config(fleet.server.port)


def reload(fleet):
    """The changes."""
    write(fleet)
    response = fleet.api.post(RELOAD)
    assert response.status == 200, response.body
    return response.json["changes"]


def nodes(fleet):
    return fleet.server.config["apps"][0]["node"]


def test_a_reload_tells_and_logs_what_changed(box):
    fleet = Fleet(box, count=1).start()
    assert reload(fleet) == []
    fleet.server.config["apps"][0]["timeout"] = "5m"
    fleet.server.config["apps"].append(git_app("blog", fleet.repo.url, []))
    assert reload(fleet) == ["app shop: timeout set to \"5m\"", "app blog added"]
    fleet.server.wait_log(r"app blog added")
    assert [app["name"] for app in fleet.api.apps()] == ["shop", "blog"]


def test_sighup_reloads_and_browsers_are_told(box):
    fleet = Fleet(box, count=2).start()
    with fleet.api.events() as stream:
        nodes(fleet).pop()
        write(fleet)
        fleet.server.process.send_signal(signal.SIGHUP)
        told = stream.until(lambda event: event.kind == "config")[-1]
    assert told.data == {"changes": ["app shop: node api-2 removed"]}
    assert [one["alias"] for one in fleet.api.app("shop")["nodes"]] == ["api-1"]


def test_a_broken_file_changes_nothing_and_every_problem_is_told(box):
    fleet = Fleet(box, count=1).start()
    before = fleet.api.apps()
    fleet.server.config_file.write_text('{"apps": [],\n "debugg": true,\n "history": {"days": 0}}')
    answer = fleet.api.post(RELOAD)
    assert "not reloaded" in answer.problem(422, "invalid")
    assert [(one["line"], one["column"]) for one in answer.json["problems"]] == [(2, 2), (3, 22)]
    assert "did you mean \"debug\"" in answer.json["problems"][0]["text"]
    fleet.server.wait_log(r"server\.json:3:22: .*days")
    assert [app["name"] for app in fleet.api.apps()] == [app["name"] for app in before]
    fleet.server.process.send_signal(signal.SIGHUP)
    wait_until(lambda: fleet.server.log().count("was not reloaded") == 2, 10, "the second refusal")
    assert fleet.server.running()


def test_a_file_that_is_gone_changes_nothing(box):
    fleet = Fleet(box, count=1).start()
    fleet.server.config_file.unlink()
    assert "server.json" in fleet.api.post(RELOAD).problem(422, "invalid")
    assert fleet.api.app("shop")


def test_what_needs_a_restart_is_refused_as_a_whole(box):
    fleet = Fleet(box, count=1).start()
    fleet.server.config["data_dir"] = str(box.path / "elsewhere")
    fleet.server.config["apps"][0]["timeout"] = "5m"
    write(fleet)
    assert "restart the server" in fleet.api.post(RELOAD).problem(422, "invalid")
    fleet.server.config["data_dir"] = str(fleet.server.data)
    assert reload(fleet) == ["app shop: timeout set to \"5m\""]  # nothing of it was in force before


def test_a_node_that_is_added_is_dialled_at_once(box):
    fleet = Fleet(box, count=1).start()
    agent = Agent(box, "agent-new").start()
    copy = fleet.repo.clone(box.path / "www" / "new", revision=fleet.old)
    nodes(fleet).append(node("new", agent, copy.path))
    assert reload(fleet) == ["app shop: node new added"]
    fleet.api.wait_online("shop")
    done = fleet.api.wait_ended(fleet.api.deploy("shop")["id"])
    assert states(done) == {"api-1": "succeeded", "new": "succeeded"} and copy.revision == fleet.new


@pytest.mark.parametrize("what", ["removed", "moved", "app removed"])
def test_a_running_deployment_goes_on_whatever_becomes_of_its_node(box, what):
    fleet = Fleet(box, count=2, hooks={"api-2": held(box)}, app={"rollout": {"batch": 1}}).start()
    number = fleet.api.deploy("shop")["id"]
    fleet.api.wait_step(number, "api-2", "after_deploy")
    if what == "removed":
        nodes(fleet).pop()
    elif what == "moved":
        other = Agent(box, "agent-other").start()
        nodes(fleet)[1]["addr"] = other.addr
    else:
        fleet.server.config["apps"].clear()
    assert reload(fleet)
    fleet.file("go").touch()
    done = fleet.api.wait_ended(number)
    assert done["state"] == "succeeded", done
    assert fleet.file("ran").read_text() == "old hook\n" and fleet.revisions() == {fleet.new}
    if what != "moved":
        fleet.server.wait_log(r"the node is no longer configured")
    assert [one["id"] for one in fleet.api.deployments(app="shop")["deployments"]] == [number]


def test_a_running_deployment_keeps_the_plan_and_the_hooks_it_started_with(box):
    hook = {alias: {"after_deploy": f"echo {alias} old >> {box.path}/ran; until [ -e {box.path}/go ]; do sleep 0.02; done"}
            for alias in ("api-1", "api-2")}
    fleet = Fleet(box, count=2, hooks=hook, app={"rollout": {"batch": 1}}).start()
    number = fleet.api.deploy("shop")["id"]
    fleet.api.wait_step(number, "api-1", "after_deploy")
    fleet.server.config["apps"][0]["rollout"] = {"batch": 2, "pause": "confirm"}
    nodes(fleet)[1]["after_deploy"] = f"echo new >> {box.path}/ran"
    assert reload(fleet)
    fleet.file("go").touch()
    done = fleet.api.wait_ended(number)
    assert done["state"] == "succeeded" and done["rollout"]["pause"] == "0s", done
    assert fleet.file("ran").read_text() == "api-1 old\napi-2 old\n"


def test_an_order_on_a_removed_node_is_followed_after_a_restart_too(box):
    fleet = Fleet(box, count=1, hooks={"api-1": held(box)}).start()
    number = fleet.api.deploy("shop")["id"]
    fleet.api.wait_step(number, "api-1", "after_deploy")
    fleet.server.kill()
    nodes(fleet).clear()
    fleet.server.start()
    fleet.file("go").touch()
    done = fleet.api.wait_ended(number)
    assert done["state"] == "succeeded" and fleet.file("ran").read_text() == "old hook\n", done


def test_sigterm_stops_the_server_while_the_order_goes_on(box):
    fleet = Fleet(box, count=1, hooks={"api-1": held(box)}).start()
    number = fleet.api.deploy("shop")["id"]
    fleet.api.wait_step(number, "api-1", "after_deploy")
    assert fleet.server.stop(within=10) == 0
    assert "what runs on the agents goes on" in fleet.server.log()
    assert fleet.agents["api-1"].runners()
    fleet.server.start()
    assert fleet.api.deployment(number)["state"] == "running"
    fleet.file("go").touch()
    done = fleet.api.wait_ended(number)
    assert done["state"] == "succeeded" and fleet.file("ran").read_text() == "old hook\n", done


def test_what_waits_for_an_app_that_is_removed_is_cancelled_and_what_runs_is_not(box):
    fleet = Fleet(box, count=1, hooks={"api-1": held(box)}).start()
    running = fleet.api.deploy("shop")["id"]
    fleet.api.wait_step(running, "api-1", "after_deploy")
    waiting = fleet.api.deploy("shop", "rollback", revision=fleet.old)["id"]
    assert fleet.api.deployment(waiting)["state"] == "queued"
    fleet.server.config["apps"].clear()
    assert reload(fleet) == ["app shop removed"]
    ended = fleet.api.wait_ended(waiting)
    assert ended["state"] == "cancelled" and "no longer configured" in ended["nodes"][0]["reason"], ended
    fleet.file("go").touch()
    assert fleet.api.wait_ended(running)["state"] == "succeeded"
