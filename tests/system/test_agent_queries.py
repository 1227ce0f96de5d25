"""Questions that need no order: status, resolve, log."""
import pytest

from lib.orders import target
from lib.sites import git_site, svn_site
from lib.wire import make_id


def error(answer, *codes):
    assert answer.type == "error" and answer["code"] in codes and answer["message"], answer
    return answer["message"]


def test_status_tells_revision_and_branch(site, server_side):
    answer = server_side.query("status", site.target())
    assert answer["revision"] == site.old
    assert (answer["modified"], answer["modified_total"]) == ([], 0)
    if site.vcs == "git":
        assert answer["branch"] == "main"


def test_status_names_modified_files_and_not_untracked_ones(site, server_side):
    site.copy.write("app.txt", "edited\n")
    site.copy.write("untracked.txt", "new\n")
    answer = server_side.query("status", site.target())
    assert (answer["modified"], answer["modified_total"]) == (["app.txt"], 1)


def test_status_names_odd_file_names_as_they_are(box, server_side):
    names = ["a b.txt", "商店.txt", "quo\"te.txt", "tab\there.txt", "new\nline.txt", " lead", "-dash", "at@5"]
    site = git_site(box, files={name: "1\n" for name in names})
    for name in names:
        site.copy.write(name, "2\n")
    assert sorted(server_side.query("status", site.target())["modified"]) == sorted(names)


def test_status_of_svn_names_odd_file_names_as_they_are(box, server_side):
    names = ["a b.txt", "商店.txt", "at@5", "<x>&.txt"]
    site = svn_site(box, files={name: "1\n" for name in names})
    for name in names:
        site.copy.write(name, "2\n")
    assert sorted(server_side.query("status", site.target())["modified"]) == sorted(names)


def test_status_gives_a_hundred_names_and_counts_all(box, server_side):
    site = git_site(box, files={f"many/{number:03}": "1\n" for number in range(150)})
    for number in range(150):
        site.copy.write(f"many/{number:03}", "2\n")
    answer = server_side.query("status", site.target())
    assert (len(answer["modified"]), answer["modified_total"]) == (100, 150)


@pytest.mark.parametrize("make", ["missing", "empty"])
def test_status_of_no_working_copy_has_no_revision(site, server_side, make):
    path = site.path.parent / "fresh"
    if make == "empty":
        path.mkdir()
    answer = server_side.query("status", target(path, site.url, vcs=site.vcs))
    assert "revision" not in answer.body and answer["modified"] == []


def test_status_of_something_else_is_an_error(site, server_side):
    path = site.path.parent / "other"
    path.mkdir()
    (path / "file").write_text("no working copy\n")
    error(server_side.query("status", target(path, site.url, vcs=site.vcs)), "conflict", "invalid", "not_found")


def test_status_of_a_detached_head_has_no_branch(shop, server_side):
    shop.copy.git("checkout", "-q", "--detach")
    answer = server_side.query("status", shop.target())
    assert answer["revision"] == shop.old and "branch" not in answer.body


def test_resolve_gives_the_newest_of_the_branch_as_the_repository_has_it(site, server_side):
    newest = site.repo.commit({"app.txt": "version 3\n"})
    assert server_side.query("resolve", site.target())["revision"] == newest


def test_resolve_works_before_there_is_a_working_copy(site, server_side):
    to = target(site.path.parent / "fresh", site.url, vcs=site.vcs)
    assert server_side.query("resolve", to)["revision"] == site.new


def test_resolve_takes_an_exact_revision(site, server_side):
    for revision in (site.old, site.new):
        assert server_side.query("resolve", site.target(), revision=revision)["revision"] == revision


def test_resolve_takes_short_revisions_branches_and_tags(shop, server_side):
    shop.repo.git("tag", "v1", shop.old)
    shop.repo.git("push", "-q", "origin", "v1")
    other = shop.repo.commit({"app.txt": "other\n"}, branch="feature")
    for revision, expected in ((shop.old[:8], shop.old), ("v1", shop.old), ("main", shop.new), ("feature", other)):
        assert server_side.query("resolve", shop.target(), revision=revision).get("revision") == expected, revision


def test_resolve_of_the_configured_branch(shop, server_side):
    other = shop.repo.commit({"app.txt": "other\n"}, branch="feature/商店")
    assert server_side.query("resolve", shop.target(branch="feature/商店"))["revision"] == other


def test_resolve_without_a_configured_branch_takes_the_one_checked_out(shop, server_side):
    other = shop.repo.commit({"app.txt": "other\n"}, branch="feature")
    assert server_side.query("resolve", shop.target(branch=""))["revision"] == shop.new
    shop.copy.git("fetch", "-q")
    shop.copy.git("checkout", "-q", "feature")
    assert server_side.query("resolve", shop.target(branch=""))["revision"] == other


@pytest.mark.parametrize("revision", ["f" * 40, "nonsense", "999999", "0", "HEAD~1000"])
def test_resolve_of_a_revision_that_is_not_there_is_an_error(site, server_side, revision):
    answer = server_side.query("resolve", site.target(), revision=revision)
    assert revision[:7] in error(answer, "not_found", "invalid")


@pytest.mark.parametrize("revision", ["-x", "--upload-pack=touch {0}", "-r1", " ", "a b", "a..b", "^main", "main:app.txt", "x\ny"])
def test_resolve_of_what_is_no_revision_is_an_error(site, server_side, revision):
    marker = site.file("marker")
    error(server_side.query("resolve", site.target(), revision=revision.format(marker)), "invalid", "not_found")
    assert not marker.exists()


def test_resolve_with_an_unreachable_repository_is_told(box, server_side):
    site = git_site(box, daemon=True)
    site.repo.daemon.stop()
    error(server_side.query("resolve", site.target()), "unavailable", "io", "timeout")


def test_resolve_of_a_branch_that_is_not_there_names_it(shop, server_side):
    message = error(server_side.query("resolve", shop.target(branch="gone")), "not_found")
    assert "gone" in message


def test_log_gives_commits_newest_first_also_those_not_fetched_yet(site, server_side):
    newest = site.repo.commit({"app.txt": "version 3\n"}, message="the newest")
    commits = server_side.query("log", site.target())["commits"]
    assert [commit["revision"] for commit in commits[:3]] == [newest, site.new, site.old]
    assert commits[0]["message"] == "the newest"
    assert all(set(commit) == {"revision", "author", "time", "message"} for commit in commits)


def test_log_gives_pages_that_fit_together(site, server_side):
    site.repo.commits(7)
    everything = server_side.query("log", site.target(), limit=200)
    assert not everything["more"]
    revisions, more, last = [], True, {}
    while more:
        page = server_side.query("log", site.target(), limit=3, **last)
        revisions += [commit["revision"] for commit in page["commits"]]
        assert len(page["commits"]) <= 3
        more, last = page["more"], {"before": revisions[-1]}
    assert revisions == [commit["revision"] for commit in everything["commits"]]


def test_log_gives_twenty_without_a_limit(shop, server_side):
    shop.repo.commits(21)
    answer = server_side.query("log", shop.target())
    assert (len(answer["commits"]), answer["more"]) == (20, True)


def test_log_with_merges_gives_every_commit_once_over_its_pages(shop, server_side):
    for number in range(4):
        shop.repo.commit({f"side{number}": "1\n"}, branch=f"side{number}", push=False)
        shop.repo.commit({f"main{number}": "1\n"}, push=False)
        shop.repo.git("merge", "-q", "--no-edit", f"side{number}")
    shop.repo.git("push", "-q", "origin", "main:main")
    expected = shop.repo.git("rev-list", "main").split()
    revisions, more, last = [], True, {}
    while more:
        page = server_side.query("log", shop.target(), limit=4, **last)
        revisions += [commit["revision"] for commit in page["commits"]]
        more, last = page["more"], {"before": revisions[-1]}
    assert len(revisions) == len(set(revisions)) and set(revisions) == set(expected)


def test_log_keeps_messages_authors_and_times(shop, server_side):
    message = "第一行 and \"quotes\"\n\nsecond paragraph\n  indented\n---\ncommit 123"
    shop.repo.commit(message=message, author="Ünï 商 <\"x\"@example.org>", date="2026-03-04T05:06:07+0800")
    shop.repo.commit(message="", date="2026-03-04T05:06:07-0730")
    empty, full = server_side.query("log", shop.target(), limit=2)["commits"]
    assert full["message"].strip() == message and "Ünï 商" in full["author"]
    assert full["time"].startswith("2026-03-03T21:06:07") and full["time"].endswith("Z")
    assert empty["message"].strip() == "" and empty["time"].startswith("2026-03-04T12:36:07")


def test_log_before_a_revision_that_is_not_there_is_an_error(site, server_side):
    before = "f" * 40 if site.vcs == "git" else "999999"
    error(server_side.query("log", site.target(), before=before), "not_found", "invalid")


def test_questions_do_not_change_the_working_copy(shop, server_side):
    shop.copy.write("app.txt", "edited\n")
    index = (shop.path / ".git/index").read_bytes()
    for kind in ("status", "resolve", "log"):
        server_side.query(kind, shop.target())
    assert (shop.path / ".git/index").read_bytes() == index
    assert shop.copy.revision == shop.old and shop.copy.read() == "edited\n"


def test_many_questions_at_once_are_all_answered(site, server_side):
    """The agent may say that they are too many, but says so."""
    queries = [make_id() for _ in range(60)]
    for query in queries:
        server_side.send({"type": "query", "id": query, "kind": "status", "target": site.target()})
    server_side.pump(lambda: all(query in server_side.answers for query in queries), 30, "all answers")
    answers = [server_side.answers[query] for query in queries]
    assert {answer["code"] for answer in answers if answer.type == "error"} <= {"unavailable"}
    good = [answer["status"]["revision"] for answer in answers if answer.type == "answer"]
    assert len(good) >= 8 and set(good) == {site.old}


def test_a_question_is_answered_while_an_order_runs(shop, server_side):
    one = shop.order(before=["sleep 1000"])
    server_side.order(one)
    server_side.follow(one["id"])
    server_side.step(one["id"], "before_deploy")
    assert server_side.query("status", shop.target())["revision"] == shop.old
    server_side.cancel(one["id"])
    server_side.result(one["id"], 15)
