"""The server killed while a deployment runs, in each step: it goes on where it was, output complete, nothing run twice."""
import pytest

from lib.fleet import Fleet, of, states
from lib.tools import Hold
from lib.wait import wait_until


def hooks(box):
    """A hook on each side; each counts its runs and waits for its own file."""
    def one(side, alias):
        return (f"echo {side} >> {box.path}/runs-{alias}; echo {side} begins; "
                f"until [ -e {box.path}/go-{side} ]; do sleep 0.02; done; echo {side} ends")
    return {alias: {"before_deploy": one("before", alias), "after_deploy": one("after", alias)} for alias in ("api-1", "api-2")}


@pytest.fixture
def held(box):
    hold = Hold(box, "git")
    fleet = Fleet(box, count=2, hooks=hooks(box)).start()
    return fleet, hold


def let_go(fleet):
    for side in ("before", "after"):
        fleet.file(f"go-{side}").touch()


def check(fleet, number):
    done = fleet.api.wait_ended(number)
    assert done["state"] == "succeeded" and fleet.revisions() == {fleet.new}, done
    for alias in fleet.aliases:
        assert fleet.file(f"runs-{alias}").read_text() == "before\nafter\n"
        text = fleet.api.output(number, alias).body.decode()
        lines = [line for line in text.splitlines() if line in ("before begins", "before ends", "after begins", "after ends")]
        assert lines == ["before begins", "before ends", "after begins", "after ends"]
        steps = of(done, alias)["steps"]
        assert [step["name"] for step in steps] == ["check", "fetch", "before_deploy", "switch", "after_deploy"]
        assert {step["state"] for step in steps} == {"succeeded"}


@pytest.mark.parametrize("step, word", [("check", None), ("fetch", "fetch"), ("before_deploy", None), ("switch", "reset"), ("after_deploy", None)])
@pytest.mark.parametrize("held_while_down", [True, False])
def test_the_server_killed_in_a_step_goes_on(held, step, word, held_while_down):
    fleet, hold = held
    if word:
        hold.on(word)
    if step in ("switch", "after_deploy"):
        fleet.file("go-before").touch()
    number = fleet.api.deploy("shop")["id"]
    for alias in fleet.aliases:
        fleet.api.wait_step(number, alias, step)
    fleet.server.kill()
    if not held_while_down:  # the orders go on, or to their end, while nobody listens
        if word:
            hold.off(word)
        let_go(fleet)
        wait_until(lambda: not any(agent.runners() for agent in fleet.agents.values()), 30, "the end of the orders")
    fleet.server.start()
    if held_while_down:
        wait_until(lambda: fleet.api.deployment(number)["state"] == "running", 10, "the deployment")
        if word:
            hold.off(word)
        let_go(fleet)
    check(fleet, number)


def test_the_server_killed_right_after_its_answer_keeps_its_promise(held):
    fleet, _ = held
    let_go(fleet)
    number = fleet.api.deploy("shop")["id"]
    fleet.server.kill()
    fleet.server.start()
    check(fleet, number)


def test_the_server_killed_again_and_again_loses_nothing(box):
    talk = f"echo run >> {box.path}/runs; i=0; while [ $i -lt 4000 ]; do echo line $i; i=$((i+1)); [ $((i % 100)) = 0 ] && sleep 0.05; done"
    fleet = Fleet(box, count=1, hooks={"api-1": {"after_deploy": talk}}).start()
    number = fleet.api.deploy("shop")["id"]
    for count in (1, 2, 3):
        fleet.api.wait_output(number, "api-1", f"line {count * 200}\n")
        fleet.server.kill()
        fleet.server.start()
    done = fleet.api.wait_ended(number)
    assert done["state"] == "succeeded", done
    text = fleet.api.output(number, "api-1").body.decode()
    assert [line for line in text.splitlines() if line.startswith("line ")] == [f"line {i}" for i in range(4000)]
    assert (box.path / "runs").read_text() == "run\n"
    with fleet.api.deployment_events(number) as stream:
        events = [event for event in stream.all() if event.kind == "output"]
    assert "".join(event.data["text"] for event in events) == text


def test_a_stopped_server_leaves_the_orders_running(held):
    fleet, _ = held
    number = fleet.api.deploy("shop")["id"]
    for alias in fleet.aliases:
        fleet.api.wait_output(number, alias, "before begins")
    assert fleet.server.stop() == 0
    let_go(fleet)
    fleet.server.start()
    check(fleet, number)


def test_a_cancel_is_kept_over_a_kill_of_the_server(held):
    fleet, _ = held
    number = fleet.api.deploy("shop")["id"]
    for alias in fleet.aliases:
        fleet.api.wait_output(number, alias, "before begins")
    assert fleet.api.cancel(number).status == 202
    fleet.server.kill()
    fleet.server.start()
    done = fleet.api.wait_ended(number)
    assert done["state"] == "cancelled" and set(states(done).values()) == {"cancelled"}, done


def test_server_and_agents_killed_at_the_same_time_go_on(held):
    fleet, _ = held
    number = fleet.api.deploy("shop")["id"]
    for alias in fleet.aliases:
        fleet.api.wait_output(number, alias, "before begins")
    fleet.server.kill()
    for agent in fleet.agents.values():
        agent.kill()
    let_go(fleet)
    fleet.server.start()
    for agent in fleet.agents.values():
        agent.start()
    check(fleet, number)
