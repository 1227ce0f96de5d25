"""git: what happens to edits that a person made in the working copy."""
import re

import pytest

from lib.sites import git_site


@pytest.fixture
def site(box):
    return git_site(box, files={"other.txt": "other 1\n", "keep.me": "kept\n", ".gitignore": "*.cache\n"})


def refused(site, got, *names):
    assert got.result["state"] == "failed" and got.result["step"] in ("check", "fetch", "before_deploy", "switch"), got
    for name in names:
        assert name in got.result["reason"] + got.text(), got
    assert site.copy.revision == site.old and got.result.get("revision_after") in (site.old, None)
    assert not site.file("hook").exists(), "a hook ran although nothing could be switched"


def order(site, **more):
    return site.order(**{"before": [f"touch {site.file('hook')}"], **more})


@pytest.mark.parametrize("mode", ["keep", "discard"])
def test_untracked_and_ignored_files_are_never_touched(site, server_side, mode):
    for name in ("untracked.txt", "a.cache"):
        site.copy.write(name, "mine\n")
    assert server_side.run(site.order(local_changes=mode)).result["state"] == "succeeded"
    assert site.copy.read("untracked.txt") == site.copy.read("a.cache") == "mine\n"


def test_untracked_files_are_no_local_changes_to_refuse(site, server_side):
    site.copy.write("untracked.txt", "mine\n")
    assert server_side.run(site.order(local_changes="refuse")).result["state"] == "succeeded"
    assert site.copy.read("untracked.txt") == "mine\n" and site.switched()


def test_keep_lets_an_edit_survive_that_is_not_in_the_way(site, server_side):
    site.copy.write("other.txt", "edited\n")
    assert server_side.run(site.order()).result["state"] == "succeeded"
    assert site.switched() and site.copy.read("other.txt") == "edited\n"
    assert server_side.run(site.order(site.old, action="rollback")).result["state"] == "succeeded"
    assert site.unchanged() and site.copy.read("other.txt") == "edited\n"


def test_keep_lets_a_deleted_file_stay_deleted(site, server_side):
    (site.path / "other.txt").unlink()
    assert server_side.run(site.order()).result["state"] == "succeeded"
    assert site.switched() and not (site.path / "other.txt").exists()


def test_keep_fails_before_anything_changed_when_an_edit_is_in_the_way_and_names_the_files(box, server_side):
    site = git_site(box, files={"second file.txt": "1\n", "商店.txt": "1\n"})
    newest = site.repo.commit({"app.txt": "3\n", "second file.txt": "3\n", "商店.txt": "3\n"})
    for name in ("app.txt", "second file.txt", "商店.txt"):
        site.copy.write(name, "edited\n")
    got = server_side.run(order(site, revision=newest))
    refused(site, got, "app.txt", "second file.txt", "商店.txt")
    assert all(site.copy.read(name) == "edited\n" for name in ("app.txt", "second file.txt", "商店.txt"))


def test_keep_fails_for_a_staged_edit_that_is_in_the_way(site, server_side):
    site.copy.write("app.txt", "edited\n")
    site.copy.git("add", "app.txt")
    refused(site, server_side.run(order(site)), "app.txt")
    assert site.copy.read() == "edited\n"


@pytest.mark.parametrize("mode", ["keep", "refuse", "discard"])
def test_an_untracked_file_in_the_way_of_a_new_one_fails_and_is_left_alone(site, server_side, mode):
    newest = site.repo.commit({"new.txt": "from the repository\n"})
    site.copy.write("new.txt", "mine\n")
    refused(site, server_side.run(order(site, revision=newest, local_changes=mode)), "new.txt")
    assert site.copy.read("new.txt") == "mine\n"


def test_refuse_fails_for_any_edit_and_names_the_files(site, server_side):
    site.copy.write("other.txt", "edited\n")
    refused(site, server_side.run(order(site, local_changes="refuse")), "other.txt")
    assert site.copy.read("other.txt") == "edited\n"


def test_refuse_fails_for_an_edit_also_when_the_revision_is_reached_already(site, server_side):
    site.copy.write("other.txt", "edited\n")
    got = server_side.run(order(site, revision=site.old, local_changes="refuse"))
    refused(site, got, "other.txt")


def test_refuse_lets_a_clean_working_copy_pass(site, server_side):
    assert server_side.run(site.order(local_changes="refuse")).result["state"] == "succeeded"
    assert site.switched()


def saved_patch(site, agent, got):
    """The patch file whose name the order printed."""
    names = re.findall(rf"{re.escape(str(agent.data))}/\S+", got.text() + got.result.get("reason", ""))
    assert names, f"no patch is named in {got}"
    return names[0].rstrip(".,;:'\")")


def test_discard_saves_the_edits_as_a_patch_and_prints_its_name(site, agent, server_side):
    site.copy.write("app.txt", "edited\n")
    site.copy.write("other.txt", "edited too\n")
    site.copy.git("add", "other.txt")
    (site.path / "keep.me").unlink()
    got = server_side.run(site.order(local_changes="discard"))
    assert got.result["state"] == "succeeded", got
    assert site.switched() and site.copy.git("status", "--porcelain") == ""
    patch = saved_patch(site, agent, got)
    site.copy.git("reset", "-q", "--hard", site.old)
    site.copy.git("apply", patch)
    assert site.copy.read() == "edited\n" and site.copy.read("other.txt") == "edited too\n"
    assert not (site.path / "keep.me").exists()


def test_discard_saves_binary_edits_and_odd_names(box, agent, server_side):
    data = bytes(range(256)) * 10
    site = git_site(box, files={"bin 商.dat": bytes(100)})
    (site.path / "bin 商.dat").write_bytes(data)
    got = server_side.run(site.order(local_changes="discard"))
    assert site.switched(), got
    patch = saved_patch(site, agent, got)
    site.copy.git("reset", "-q", "--hard", site.old)
    site.copy.git("apply", patch)
    assert (site.path / "bin 商.dat").read_bytes() == data


def test_discard_of_nothing_prints_no_patch(site, agent, server_side):
    got = server_side.run(site.order(local_changes="discard"))
    assert got.result["state"] == "succeeded" and str(agent.data) not in got.text()


def test_discard_keeps_the_edits_when_the_order_fails_before_the_switch(site, server_side):
    site.copy.write("other.txt", "edited\n")
    got = server_side.run(site.order(local_changes="discard", before=["exit 1"]))
    assert got.result["state"] == "failed"
    assert site.copy.read("other.txt") == "edited\n" and site.copy.revision == site.old


def test_a_staged_new_file_is_saved_by_discard(site, agent, server_side):
    site.copy.write("added.txt", "added\n")
    site.copy.git("add", "added.txt")
    got = server_side.run(site.order(local_changes="discard"))
    assert got.result["state"] == "succeeded", got
    if not (site.path / "added.txt").exists():
        site.copy.git("apply", saved_patch(site, agent, got))
    assert site.copy.read("added.txt") == "added\n"
