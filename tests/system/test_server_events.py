"""Server-Sent Events: everything once, in order, resumed at any event."""
import random

import pytest

from lib.fleet import Fleet
from lib.sse import Refused
from lib.wait import wait_until

TALK = "i=0; while [ $i -lt 120 ]; do echo \"line $i 商\"; echo \"err $i\" >&2; i=$((i+1)); done"


@pytest.fixture
def talkative(box):
    """A fleet of two whose nodes talk, not deployed yet."""
    return Fleet(box, count=2, hooks={alias: {"after_deploy": TALK} for alias in ("api-1", "api-2")}).start()


@pytest.fixture
def ended(talkative):
    """The API, the number of an ended deployment, and all its events."""
    number = talkative.api.deploy("shop")["id"]
    talkative.api.wait_ended(number)
    with talkative.api.deployment_events(number) as stream:
        return talkative.api, number, stream.all()


def test_the_stream_of_a_deployment_tells_everything_from_its_beginning(ended):
    api, number, events = ended
    assert events[-1].kind == "end" and events[-1].id is None
    first, last = ([event for event in events if event.kind == "deployment"][index] for index in (0, -1))
    assert first.data["deployment"]["state"] == "running" and last.data["deployment"]["state"] == "succeeded"
    assert last.data["deployment"] == {key: value for key, value in api.deployment(number).items() if key != "nodes"}
    for node in api.deployment(number)["nodes"]:
        told = [event.data["node"] for event in events if event.kind == "deployment_node" and event.data["node"]["alias"] == node["alias"]]
        assert told[-1] == node


def test_the_output_in_the_stream_is_the_output(ended):
    api, number, events = ended
    for alias in ("api-1", "api-2"):
        whole, at = api.output(number, alias).body, 0
        for event in events:
            if event.kind == "output" and event.data["alias"] == alias:
                data = event.data
                assert data["offset"] == at, "a gap or an overlap"
                at += data["length"]
                assert whole[data["offset"]:at].decode("utf-8") == data["text"]
        assert at == len(whole)
        order = "".join(event.data["text"] for event in events if event.kind == "output" and event.data["alias"] == alias
                        and event.data["step"] == "after_deploy" and event.data["stream"] != "note")
        assert order == "".join(f"line {i} 商\nerr {i}\n" for i in range(120))


def test_a_live_stream_is_the_same_as_a_later_one(talkative):
    number = talkative.api.deploy("shop")["id"]
    with talkative.api.deployment_events(number) as live:
        seen = live.all()
    with talkative.api.deployment_events(number) as later:
        assert later.all() == seen


def test_a_stream_can_be_resumed_after_any_event(ended):
    api, number, events = ended
    positions = sorted(random.Random(7).sample(range(len(events) - 1), 12)) + [len(events) - 2]
    for position in positions:
        where = "query" if position % 2 == 0 else "after"
        with api.deployment_events(number, **{where: events[position].id}) as rest:
            assert rest.all() == events[position + 1:]


def test_a_stream_cut_at_random_places_loses_and_repeats_nothing(ended):
    api, number, events = ended
    chance = random.Random(11)
    seen, after = [], None
    for _ in range(200):
        with api.deployment_events(number, after=after, cut_after=chance.randint(1, 6000)) as stream:
            seen += stream.all()
            after = stream.last_id
            if seen and seen[-1].kind == "end":
                break
    assert seen == events


def test_a_live_stream_cut_at_random_places_loses_and_repeats_nothing(talkative):
    number = talkative.api.deploy("shop")["id"]
    chance = random.Random(13)
    seen, after = [], None
    while not seen or seen[-1].kind != "end":
        with talkative.api.deployment_events(number, after=after, cut_after=chance.randint(1, 8000)) as stream:
            seen += stream.all(within=20)
            after = stream.last_id
    with talkative.api.deployment_events(number) as whole:
        assert seen == whole.all()


def test_a_stream_goes_on_over_a_restart_of_the_server(talkative):
    number = talkative.api.deploy("shop")["id"]
    talkative.api.wait_ended(number)
    with talkative.api.deployment_events(number) as stream:
        events = stream.all()
    talkative.server.kill()
    talkative.server.start()
    with talkative.api.deployment_events(number) as stream:
        assert stream.all() == events
    with talkative.api.deployment_events(number, after=events[5].id) as stream:
        assert stream.all() == events[6:]


def test_events_of_all_start_with_what_happens_next(talkative):
    api = talkative.api
    with api.events() as stream:
        number = api.deploy("shop")["id"]
        events = stream.until(lambda event: event.kind == "deployment" and event.data["deployment"]["state"] != "running")
        assert "output" not in {event.kind for event in events}
        assert {event.data["deployment"]["id"] for event in events if event.kind == "deployment"} == {number}
        nodes = {event.data["node"]["alias"] for event in events if event.kind == "deployment_node"}
        assert nodes == {"api-1", "api-2"}


def test_events_after_the_state_of_apps_leave_no_gap(talkative):
    api = talkative.api
    known = api.get_json("/api/v1/apps")["last_event_id"]
    number = api.deploy("shop")["id"]
    api.wait_ended(number)
    with api.events(after=known) as stream:
        events = stream.until(lambda event: event.kind == "deployment" and event.data["deployment"]["state"] == "succeeded")
    assert any(event.kind == "deployment" and event.data["deployment"]["state"] == "running" for event in events)


def test_a_node_that_goes_and_comes_is_told(talkative):
    api, agent = talkative.api, talkative.agents["api-2"]
    with api.events() as stream:
        agent.kill()
        stream.until(lambda event: event.kind == "node" and event.data["node"]["alias"] == "api-2" and not event.data["node"]["online"])
        agent.start()
        stream.until(lambda event: event.kind == "node" and event.data["node"]["alias"] == "api-2" and event.data["node"]["online"], 40)


def test_two_readers_see_the_same(talkative):
    api = talkative.api
    with api.events() as one, api.events() as two:
        api.deploy("shop")
        ends = [stream.until(lambda event: event.kind == "deployment" and event.data["deployment"]["state"] == "succeeded") for stream in (one, two)]
        assert ends[0] == ends[1]


def test_a_reader_that_does_not_read_holds_nobody_up(box):
    fleet = Fleet(box, count=1, hooks={"api-1": {"after_deploy": "seq 1 1500000"}}).start()
    number = fleet.api.deploy("shop")["id"]
    with fleet.api.deployment_events(number):
        assert fleet.api.wait_ended(number, within=90)["state"] == "succeeded"


@pytest.mark.parametrize("value", ["x", "-1", "1.5", "", "99999999999999999999999"])
@pytest.mark.parametrize("where", ["after", "query"])
def test_an_event_id_that_is_none_is_told(talkative, value, where):
    with pytest.raises(Refused) as refused:
        talkative.api.events(**{where: value})
    assert refused.value.args[0] == 400


def test_events_of_a_deployment_that_is_not_there_are_told(talkative):
    with pytest.raises(Refused) as refused:
        talkative.api.deployment_events(99)
    assert refused.value.args[0] == 404


def test_the_header_counts_where_the_query_names_another_event(ended):
    api, number, events = ended
    with api.deployment_events(number, after=events[9].id, query=events[2].id) as rest:
        assert rest.all() == events[10:]


def test_an_id_that_was_never_given_is_answered_with_a_reset(ended):
    api, number, events = ended
    with api.events(query=events[-2].id + 1_000_000) as stream:
        first = stream.next(5)
    assert first and first.kind == "reset"
    with api.events(query=api.get_json("/api/v1/apps")["last_event_id"]) as stream:
        api.wait_ended(api.deploy("shop", "rollback", revision=api.app("shop")["nodes"][0]["revision"])["id"])
        assert stream.next(5).kind != "reset"


@pytest.mark.slow
def test_a_quiet_stream_sends_a_ping_every_fifteen_seconds(talkative):
    with talkative.api.events() as stream:
        wait_until(lambda: (stream.next(1), stream.pings)[1], 25, "a ping")
