"""The agent killed while an order runs: the order goes on, and is adopted."""
import os
import signal

from lib.wait import wait_until


def waiting_hook(shop, text="here"):
    """Says that it runs, counts its runs, waits for the file `go`."""
    return (f"echo run >> {shop.file('runs')}; echo {text}; "
            f"until [ -e {shop.file('go')} ]; do sleep 0.02; done; echo gone on")


def begin(shop, server_side):
    one = shop.order(before=[waiting_hook(shop)], after=["echo after"])
    server_side.order(one)
    server_side.follow(one["id"])
    server_side.output(one["id"], "here")
    return one


def check(shop, got):
    assert got.result["state"] == "succeeded", got
    assert got.text("before_deploy", "stdout") == "here\ngone on\n"
    assert got.text("after_deploy", "stdout") == "after\n"
    assert shop.file("runs").read_text() == "run\n" and shop.switched()


def test_a_killed_agent_adopts_the_running_order(shop, agent, server_side):
    one = begin(shop, server_side)
    runner = agent.runners()
    agent.kill()
    assert agent.runners() == runner and len(runner) == 1
    agent.start()
    again = server_side.reconnect(agent)
    assert [(order["id"], order["state"]) for order in again.peer["orders"]] == [(one["id"], "running")]
    assert again.follow(one["id"])["state"] == "running"
    shop.file("go").touch()
    check(shop, again.result(one["id"]))
    again.close()


def test_an_order_that_ends_while_the_agent_is_down_is_delivered(shop, agent, server_side):
    one = begin(shop, server_side)
    agent.kill()
    shop.file("go").touch()
    wait_until(lambda: not agent.runners(), 20, "the end of the runner")
    agent.start()
    again = server_side.reconnect(agent)
    assert [(order["id"], order["state"]) for order in again.peer["orders"]] == [(one["id"], "finished")]
    again.follow(one["id"])
    check(shop, again.result(one["id"]))
    again.close()


def test_an_agent_that_is_stopped_leaves_the_order_running(shop, agent, server_side):
    one = begin(shop, server_side)
    assert agent.stop() == 0
    assert len(agent.runners()) == 1
    agent.start()
    again = server_side.reconnect(agent)
    again.follow(one["id"])
    shop.file("go").touch()
    check(shop, again.result(one["id"]))
    again.close()


def test_the_signal_that_ends_the_agents_group_does_not_reach_the_runner(shop, agent, server_side):
    """Ctrl-C in the agent's terminal goes to its whole group."""
    one = begin(shop, server_side)
    runner = agent.runners()[0]
    agent.process.send_signal(signal.SIGINT)
    agent.process.wait(10)
    assert os.getpgid(runner) != os.getpgrp() and os.getsid(runner) != os.getsid(0)
    agent.start()
    again = server_side.reconnect(agent)
    again.follow(one["id"])
    shop.file("go").touch()
    check(shop, again.result(one["id"]))
    again.close()


def test_an_agent_killed_again_and_again_loses_nothing(shop, agent, server_side):
    hook = f"echo run >> {shop.file('runs')}; i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); [ $((i % 100)) = 0 ] && sleep 0.05; done"
    one = shop.order(after=[hook])
    server_side.order(one)
    side = server_side
    side.follow(one["id"])
    for _ in range(3):
        size = len(side.spool(one["id"]))
        side.pump(lambda: len(side.spool(one["id"])) > size, 15, "more of the spool")
        agent.kill()
        agent.start()
        side = side.reconnect(agent)
        side.follow(one["id"])
    got = side.result(one["id"])
    assert got.text("after_deploy", "stdout") == "".join(f"line {number}\n" for number in range(3000))
    assert shop.file("runs").read_text() == "run\n"
    side.close()


def test_an_order_just_accepted_is_carried_out_although_the_agent_is_killed(shop, agent, server_side):
    """`accepted` means: written to disk, will be carried out."""
    one = shop.order(after=[f"echo run >> {shop.file('runs')}"])
    assert server_side.order(one)["state"] in ("accepted", "running")
    agent.kill()
    agent.start()
    again = server_side.reconnect(agent)
    state = again.order(one)["state"]
    assert state in ("accepted", "running", "finished")
    again.follow(one["id"])
    got = again.result(one["id"])
    assert got.result["state"] in ("succeeded", "interrupted"), got
    if got.result["state"] == "succeeded":
        assert shop.file("runs").read_text() == "run\n"
    again.close()


def test_the_installation_keeps_its_instance_over_restarts(agent, server_side):
    instance = server_side.peer["instance"]
    agent.kill()
    agent.start()
    again = server_side.reconnect(agent)
    assert again.peer["instance"] == instance and len(instance) == 26 and instance.isalnum()
    again.close()
