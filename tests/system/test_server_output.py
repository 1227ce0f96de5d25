"""The output of a node: byte for byte, in ranges, while it grows."""
import pytest

from lib.fleet import Fleet

DATA = bytes(range(256)) * 20 + "商店\n".encode()


@pytest.fixture
def done(box):
    """A fleet, the number of an ended deployment, and what its node wrote."""
    (box.path / "data").write_bytes(DATA)
    fleet = Fleet(box, count=1, hooks={"api-1": {"after_deploy": f"cat {box.path}/data; echo error >&2"}}).start()
    number = fleet.api.deploy("shop")["id"]
    fleet.api.wait_ended(number)
    return fleet.api, number, fleet.api.output(number, "api-1").body


def test_the_output_is_what_was_written(done):
    api, number, body = done
    response = api.output(number, "api-1")
    assert DATA + b"error\n" in body
    assert response.status == 200 and response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["Accept-Ranges"] == "bytes"
    assert api.deployment_node(number, "api-1")["output_bytes"] == len(body)


@pytest.mark.parametrize("span, start, end", [("bytes=0-0", 0, 1), ("bytes=0-99", 0, 100), ("bytes=100-199", 100, 200), ("bytes=1000-", 1000, None),
                                              ("bytes=-10", -10, None), ("bytes=-999999999", 0, None), ("bytes=50-999999999", 50, None)])
def test_a_range_is_honoured(done, span, start, end):
    api, number, body = done
    response = api.output(number, "api-1", span)
    assert response.status == 206 and response.body == body[start:end]
    first = len(body) + start if start < 0 else start
    assert response.headers["Content-Range"] == f"bytes {first}-{first + len(response.body) - 1}/{len(body)}"


@pytest.mark.parametrize("span", ["bytes={0}-", "bytes={0}-{0}", "bytes=99999999999999-", "bytes=-0"])
def test_a_range_beyond_the_end_is_told(done, span):
    api, number, body = done
    response = api.output(number, "api-1", span.format(len(body)))
    assert response.problem(416) and response.headers["Content-Range"] == f"bytes */{len(body)}"


@pytest.mark.parametrize("span", ["lines=1-2", "bytes=5-2", "bytes=x-y", "bytes=", "bytes=0-1,5-6", "bytes=99999999999999999999999999-"])
def test_a_range_that_is_none_is_ignored_or_told(done, span):
    api, number, body = done
    response = api.output(number, "api-1", span)
    assert (response.status == 200 and response.body == body) or response.status == 416


def test_output_grows_while_the_node_is_at_work(box):
    hook = f"echo one; until [ -e {box.path}/go ]; do sleep 0.02; done; echo two"
    fleet = Fleet(box, count=1, hooks={"api-1": {"after_deploy": hook}}).start()
    number = fleet.api.deploy("shop")["id"]
    fleet.api.wait_output(number, "api-1", "one\n")
    so_far = fleet.api.output(number, "api-1").body
    assert b"two" not in so_far
    (box.path / "go").touch()
    fleet.api.wait_ended(number)
    whole = fleet.api.output(number, "api-1").body
    assert whole.startswith(so_far) and whole.endswith(b"two\n")
    assert fleet.api.output(number, "api-1", f"bytes={len(so_far)}-").body == whole[len(so_far):]


def test_much_output_arrives_complete(box):
    hook = "seq 1 600000"
    fleet = Fleet(box, count=2, hooks={alias: {"after_deploy": hook} for alias in ("api-1", "api-2")}).start()
    number = fleet.api.deploy("shop")["id"]
    assert fleet.api.wait_ended(number, within=90)["state"] == "succeeded"
    expected = "".join(f"{line}\n" for line in range(1, 600001)).encode()
    for alias in ("api-1", "api-2"):
        assert fleet.api.output(number, alias).body.endswith(expected)


def test_output_of_what_is_not_there_is_told(done):
    api, number, _ = done
    assert "api-9" in api.output(number, "api-9").problem(404)
    assert api.output(number + 1, "api-1").problem(404)


def test_a_node_that_never_ran_has_empty_output(box):
    fleet = Fleet(box, count=2).start()
    fleet.agents["api-2"].kill()
    fleet.api.wait_node("shop", "api-2", lambda one: not one["online"])
    number = fleet.api.deploy("shop")["id"]
    fleet.api.wait_ended(number)
    response = fleet.api.output(number, "api-2")
    assert response.status == 200 and len(response.body) == fleet.api.deployment_node(number, "api-2")["output_bytes"]
