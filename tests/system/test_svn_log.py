"""svn: the history with any author, message and time zone."""
import pytest

from lib.agent import Agent
from lib.repos import run
from lib.sites import svn_site

MESSAGES = ["", "one line", "first\n\nsecond paragraph\n  indented\n", "------------------------------------------------------------------------\nr5 | x",
            "中文 提交 <b>&amp;</b> ]]> \"quotes\"", "ends with a newline\n", "r3 | tester | (no date) | 1 line"]


def test_every_message_comes_whole(box, server_side):
    site = svn_site(box)
    for message in MESSAGES:
        site.repo.commit(message=message)
    got = server_side.query("log", site.target(), limit=len(MESSAGES))["commits"]
    assert [commit["message"].strip() for commit in reversed(got)] == [message.strip() for message in MESSAGES]


@pytest.mark.parametrize("author", ["ann", "Ünï Cödé", "商店 管理员", "a <b> & \"c\"", "x|y", "r7", "name@example.org"])
def test_every_author_comes_as_it_is(box, server_side, author):
    site = svn_site(box)
    site.repo.commit(author=author)
    assert server_side.query("log", site.target(), limit=1)["commits"][0]["author"] == author


def test_a_commit_without_an_author_or_date_does_not_stop_the_history(box, server_side):
    site = svn_site(box)
    revision = site.repo.commit()
    run(box, "svn", "propdel", "-q", "--revprop", "-r", revision, "svn:author", site.repo.base)
    newest = site.repo.commit()
    commits = server_side.query("log", site.target(), limit=2)["commits"]
    assert [commit["revision"] for commit in commits] == [newest, revision]
    assert isinstance(commits[1]["author"], str)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/St_Johns", "Pacific/Kiritimati"])
def test_times_are_utc_in_any_time_zone_of_the_agent(box, link_to, zone):
    box.env["TZ"] = zone
    agent = Agent(box).start()
    site = svn_site(box)
    site.repo.commit(date="2026-03-28T23:30:15.123456Z")
    time = link_to(agent).query("log", site.target(), limit=1)["commits"][0]["time"]
    assert time.startswith("2026-03-28T23:30:15") and time.endswith("Z")


@pytest.mark.parametrize("locale", ["C", "zh_CN.UTF-8", "POSIX"])
def test_the_agents_locale_does_not_matter(box, link_to, locale):
    box.env.update(LANG=locale, LC_ALL=locale, LANGUAGE="zh_CN")
    agent = Agent(box).start()
    site = svn_site(box)
    box.env.update(LANG="C.UTF-8", LC_ALL="C.UTF-8")
    site.repo.commit({"商店.txt": "1\n"}, message="提交", author="商")
    side = link_to(agent)
    commit = side.query("log", site.target(), limit=1)["commits"][0]
    assert (commit["message"].strip(), commit["author"]) == ("提交", "商")
    got = side.run(site.order(site.repo.youngest()))
    assert got.result["state"] == "succeeded", got
    assert (site.path / "商店.txt").read_text() == "1\n"


def test_the_history_is_of_the_apps_folder_only(box, server_side):
    site = svn_site(box)
    site.repo.mucc("-m", "elsewhere", "mkdir", "tags")
    commits = server_side.query("log", site.target())["commits"]
    assert "elsewhere" not in [commit["message"].strip() for commit in commits]
