"""Orders and questions that must not be carried out: refused with a reason, and nothing has happened."""
import pytest

from lib import processes
from lib.orders import target
from lib.wire import ServerSide


def refused(agent, server, one):
    """`rejected` with a reason, or (a wrong member) the link's end; whatever it is, nothing runs."""
    server.send({"type": "order", **one})
    try:
        message = server.read(server.last_sent + 10)
    except EOFError:
        message = None
    else:
        assert message is not None, "no answer to a bad order"
        assert message.type == "order_state" and message["state"] == "rejected" and message["reason"], message
    assert not agent.runners()
    return message


@pytest.fixture
def marked(shop):
    """An order that leaves a mark when anything of it is run."""
    return lambda **more: shop.order(**{"before": [f"touch {shop.file('mark')}"], "after": [f"touch {shop.file('mark')}"], **more})


def nothing_happened(shop, agent):
    assert shop.unchanged() and not shop.file("mark").exists()
    with ServerSide.connect(agent) as other:
        assert other.run(shop.order()).result["state"] == "succeeded"


def not_carried_out(server, one):
    """Rejected, or it fails before it did anything; the reason."""
    state = server.order(one)
    if state["state"] == "rejected":
        return state["reason"]
    server.follow(one["id"])
    got = server.result(one["id"])
    assert got.result["state"] == "failed" and got.result["step"] in ("check", "fetch"), got
    return got.result["reason"]


@pytest.mark.parametrize("path", ["www/shop", "", ".", "../shop", "~/shop", "file:///srv/shop"])
def test_a_path_that_is_not_absolute_is_rejected(shop, agent, server_side, marked, path):
    state = refused(agent, server_side, marked(target={**shop.target(), "path": path}))
    assert state is None or "path" in state["reason"]
    nothing_happened(shop, agent)


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000, "x/" * 3000])
def test_a_path_that_cannot_be_is_told(shop, agent, server_side, marked, name):
    assert not_carried_out(server_side, marked(target={**shop.target(), "path": f"{shop.path.parent}/new/{name}"}))
    assert not (shop.path.parent / "new/a").exists()
    nothing_happened(shop, agent)


@pytest.mark.parametrize("revision", ["-x", "--force", "-"])
def test_a_revision_that_begins_with_a_dash_is_rejected(shop, agent, server_side, marked, revision):
    state = refused(agent, server_side, {**marked(), "revision": revision})
    assert state is None or "revision" in state["reason"]
    nothing_happened(shop, agent)


@pytest.mark.parametrize("revision", ["", " ", "main", "HEAD", "{new} -f", "{new}\n", "12ab", "../x", "{new}^", "@{{u}}", "{new:.10}", "origin/main"])
def test_a_revision_that_is_not_exact_is_not_carried_out(shop, agent, server_side, marked, revision):
    """One revision for all: `main` would be another commit on every node."""
    shop.copy.git("fetch", "-q")  # so that the node could make something of it
    assert not_carried_out(server_side, {**marked(), "revision": revision.format(new=shop.new)})
    nothing_happened(shop, agent)


@pytest.mark.parametrize("identity", ["../x", "../../x", "", ".", "..", "a/b", "x" * 26 + "/", "X" * 26, "0" * 25, "0" * 27, "i" * 26,
                                      "0" * 25 + "\n", "/etc/passwd"])
def test_an_id_that_is_none_is_refused_and_makes_no_file(shop, agent, server_side, marked, identity):
    before = sorted(str(path) for path in agent.box.path.rglob("order.json"))
    refused(agent, server_side, {**marked(), "id": identity})
    assert sorted(str(path) for path in agent.box.path.rglob("order.json")) == before
    nothing_happened(shop, agent)


@pytest.mark.parametrize("member, value", [
    ("action", "destroy"), ("hook_timeout_ms", -1), ("hook_timeout_ms", 0), ("before_deploy", "true"), ("after_deploy", [1]),
    ("target", {}), ("revision", 7)])
def test_a_wrong_member_is_refused(shop, agent, server_side, marked, member, value):
    refused(agent, server_side, {**marked(), member: value})
    nothing_happened(shop, agent)


@pytest.mark.parametrize("member, value", [("vcs", "hg"), ("vcs", ""), ("local_changes", "destroy"), ("path", 7), ("url", None)])
def test_a_wrong_target_is_refused(shop, agent, server_side, marked, member, value):
    refused(agent, server_side, marked(target={**shop.target(), member: value}))
    nothing_happened(shop, agent)


@pytest.mark.parametrize("url", ["--upload-pack=touch {mark}", "ext::sh -c 'touch {mark}'", "-u touch", "ssh://-oProxyCommand=touch%20{mark}/x"])
def test_a_url_that_is_a_command_is_not_run(shop, agent, server_side, url):
    mark = shop.file("mark")
    to = target(shop.path.parent / "fresh", url.format(mark=mark))
    one = shop.order(target=to)
    if server_side.order(one)["state"] != "rejected":
        server_side.follow(one["id"])
        assert server_side.result(one["id"]).result["state"] == "failed"
    for kind in ("status", "resolve", "log"):
        server_side.query(kind, to)
    assert not mark.exists()


@pytest.mark.parametrize("branch", ["--upload-pack=touch {mark}", "-f", "a b", "..", "main:evil", "+main"])
def test_a_branch_that_is_an_option_or_a_refspec_is_not_used(shop, agent, server_side, branch):
    to = shop.target(branch=branch.format(mark=shop.file("mark")))
    one = shop.order(target=to)
    if server_side.order(one)["state"] != "rejected":
        server_side.follow(one["id"])
        assert server_side.result(one["id"]).result["state"] == "failed"
    assert server_side.query("resolve", to).type == "error"
    assert not shop.file("mark").exists() and shop.unchanged()
    assert "evil" not in shop.copy.git("branch", "-a")


@pytest.mark.parametrize("kind, members", [("log", {"limit": 0}), ("log", {"limit": 201}), ("log", {"limit": -1}), ("dance", {}),
                                           ("log", {"before": "-x"}), ("log", {"before": "--all"})])
def test_a_question_that_is_none_is_refused(shop, agent, server_side, link_to, kind, members):
    server_side.send({"type": "query", "id": "q", "kind": kind, "target": shop.target(), **members})
    try:
        message = server_side.read(server_side.last_sent + 10)
        assert message is not None and message.type == "error" and message["re"] == "q" and message["message"]
    except EOFError:
        pass
    assert link_to(agent).query("log", shop.target())["commits"]


def test_hooks_of_a_rejected_order_leave_no_process(shop, agent, server_side, marked):
    refused(agent, server_side, {**marked(), "revision": "-x"})
    assert not [pid for pid in processes.tree(agent.pid)[1:] if processes.alive(pid)]
