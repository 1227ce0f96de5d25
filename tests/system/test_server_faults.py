"""Agents and links that fail under the server."""
import time

import pytest

from lib import processes
from lib.fleet import Fleet, of, states
from lib.wait import wait_until

LINES = 6000
TALK = f"i=0; while [ $i -lt {LINES} ]; do echo line $i of the output of this hook; i=$((i+1)); done"


def lines(api, number, alias):
    return [line.split()[1] for line in api.output(number, alias).body.decode().splitlines() if line.startswith("line ")]


def complete(api, number, alias):
    return lines(api, number, alias) == [str(number) for number in range(LINES)]


def waiting(box, text="here"):
    return f"echo run >> {box.path}/runs; echo {text}; until [ -e {box.path}/go ]; do sleep 0.02; done; echo gone on"


def offline(node):
    return not node["online"]


def test_a_killed_agent_is_offline_at_once_and_back_after_its_start(box):
    fleet = Fleet(box, count=2).start()
    began = time.monotonic()
    fleet.agents["api-2"].kill()
    shown = fleet.api.wait_node("shop", "api-2", offline, within=5)
    assert time.monotonic() - began < 3 and shown["reason"] and shown["last_seen"]
    assert fleet.api.node("shop", "api-1")["online"]
    fleet.agents["api-2"].start()
    fleet.api.wait_online("shop", within=40)
    assert fleet.api.node("shop", "api-2")["reason"] is None


def test_an_agent_killed_in_a_hook_and_started_again_ends_as_if_nothing_had_been(box):
    fleet = Fleet(box, count=2, hooks={"api-1": {"before_deploy": waiting(box)}}).start()
    number = fleet.api.deploy("shop")["id"]
    fleet.api.wait_output(number, "api-1", "here")
    fleet.agents["api-1"].kill()
    fleet.api.wait_node("shop", "api-1", offline)
    assert fleet.api.deployment(number)["state"] == "running"
    fleet.agents["api-1"].start()
    (box.path / "go").touch()
    done = fleet.api.wait_ended(number, within=60)
    assert done["state"] == "succeeded" and (box.path / "runs").read_text() == "run\n", done
    assert b"here\ngone on\n" in fleet.api.output(number, "api-1").body


def test_a_killed_runner_is_interrupted_and_the_deployment_not_a_success(box):
    fleet = Fleet(box, count=2, hooks={"api-1": {"after_deploy": waiting(box)}}).start()
    number = fleet.api.deploy("shop")["id"]
    fleet.api.wait_output(number, "api-1", "here")
    processes.kill(fleet.agents["api-1"].runners()[0])
    done = fleet.api.wait_ended(number)
    assert states(done) == {"api-1": "interrupted", "api-2": "succeeded"} and done["state"] in ("partial", "failed"), done
    broken = of(done, "api-1")
    assert (broken["step"], broken["revision_after"]) == ("after_deploy", fleet.new) and broken["reason"]
    assert broken["steps"][-1]["state"] == "interrupted"


def test_a_link_cut_in_the_middle_of_output_is_resumed_at_the_exact_byte(box):
    fleet = Fleet(box, count=1, hooks={"api-1": {"after_deploy": TALK}}, gates=["api-1"]).start()
    gate = fleet.gates["api-1"]
    gate.cut_after(20_011)
    number = fleet.api.deploy("shop")["id"]
    done = fleet.api.wait_ended(number, within=60)
    assert done["state"] == "succeeded" and gate.connections >= 2, done
    assert complete(fleet.api, number, "api-1")


@pytest.mark.parametrize("seed", range(3))
def test_a_link_cut_again_and_again_loses_and_repeats_nothing(box, seed):
    slow = f"i=0; while [ $i -lt {LINES} ]; do echo line $i of the output of this hook; i=$((i+1)); [ $((i % 300)) = 0 ] && sleep 0.1; done"
    fleet = Fleet(box, count=1, hooks={"api-1": {"after_deploy": slow}}, gates=["api-1"]).start()
    gate = fleet.gates["api-1"]
    number = fleet.api.deploy("shop")["id"]
    for cut in (1, 2, 3):
        before = gate.connections
        gate.cut_after(1 + 7919 * cut + 13 * seed)
        wait_until(lambda: gate.connections > before or fleet.api.deployment(number)["state"] != "running", 40, "a new connection")
    done = fleet.api.wait_ended(number, within=60)
    assert done["state"] == "succeeded" and complete(fleet.api, number, "api-1"), done


def test_a_link_that_is_down_for_a_while_is_made_again(box):
    fleet = Fleet(box, count=1, hooks={"api-1": {"before_deploy": waiting(box)}}, gates=["api-1"]).start()
    gate = fleet.gates["api-1"]
    number = fleet.api.deploy("shop")["id"]
    fleet.api.wait_output(number, "api-1", "here")
    gate.cut()
    fleet.api.wait_node("shop", "api-1", offline, within=5)
    wait_until(lambda: gate.connections >= 3, 20, "attempts to connect")
    (box.path / "go").touch()
    gate.open()
    assert fleet.api.wait_ended(number, within=60)["state"] == "succeeded"
    assert (box.path / "runs").read_text() == "run\n"


def test_connecting_again_is_tried_with_growing_pauses(box):
    fleet = Fleet(box, count=1, gates=["api-1"]).start()
    gate = fleet.gates["api-1"]
    before = gate.connections
    gate.cut()
    time.sleep(3)  # what is counted is attempts per time
    assert 1 <= gate.connections - before < 20


def test_a_slow_link_changes_nothing(box):
    fleet = Fleet(box, count=1, hooks={"api-1": {"after_deploy": TALK}}, gates=["api-1"]).start()
    fleet.gates["api-1"].delay = 0.05
    number = fleet.api.deploy("shop")["id"]
    assert fleet.api.wait_ended(number, within=60)["state"] == "succeeded" and complete(fleet.api, number, "api-1")


@pytest.mark.slow
def test_a_silent_node_is_shown_offline_within_forty_five_seconds(box):
    fleet = Fleet(box, count=2, gates=["api-2"]).start()
    began = time.monotonic()
    fleet.gates["api-2"].stall()
    shown = fleet.api.wait_node("shop", "api-2", offline, within=60)
    assert 25 < time.monotonic() - began < 50 and shown["reason"]
    assert fleet.api.node("shop", "api-1")["online"]
    fleet.gates["api-2"].open()
    fleet.api.wait_online("shop", within=40)


@pytest.mark.slow
def test_a_frozen_agent_is_shown_offline_and_its_order_goes_on(box):
    """SIGSTOP: the kernel still accepts connections, nobody answers."""
    fleet = Fleet(box, count=1, hooks={"api-1": {"before_deploy": waiting(box)}}).start()
    number = fleet.api.deploy("shop")["id"]
    fleet.api.wait_output(number, "api-1", "here")
    agent = fleet.agents["api-1"]
    agent.freeze()
    fleet.api.wait_node("shop", "api-1", offline, within=60)
    (box.path / "go").touch()
    agent.thaw()
    assert fleet.api.wait_ended(number, within=60)["state"] == "succeeded"
    assert (box.path / "runs").read_text() == "run\n"


def test_an_agent_that_lost_its_data_leaves_no_node_running_for_ever(box):
    fleet = Fleet(box, count=1, hooks={"api-1": {"before_deploy": waiting(box)}}).start()
    number = fleet.api.deploy("shop")["id"]
    fleet.api.wait_output(number, "api-1", "here")
    agent = fleet.agents["api-1"]
    agent.kill()
    for runner in agent.runners():
        processes.kill(runner)
    agent.data.rename(box.path / "lost")
    agent.start()
    done = fleet.api.wait_ended(number, within=60)
    assert states(done)["api-1"] in ("interrupted", "failed") and done["state"] == "failed", done
    assert of(done, "api-1")["reason"] and (box.path / "runs").read_text() == "run\n"


def test_an_agent_that_goes_before_it_got_its_order_can_be_cancelled(box):
    """Between the resolving and the order the link is cut and stays so."""
    fleet = Fleet(box, count=2, gates=["api-2"], hooks={"api-2": {"before_deploy": waiting(box)}}).start()
    number = fleet.api.deploy("shop")["id"]
    fleet.api.wait_output(number, "api-2", "here")
    fleet.gates["api-2"].cut()
    fleet.api.wait_node("shop", "api-2", offline)
    assert fleet.api.cancel(number).status == 202
    fleet.gates["api-2"].open()
    done = fleet.api.wait_ended(number, within=60)
    assert done["state"] == "cancelled" and states(done)["api-2"] == "cancelled", done
