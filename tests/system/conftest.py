"""Fixtures of the system tests: real programs, real repositories, real sockets; see README.md."""
import shutil

import pytest

from lib.agent import Agent
from lib.box import Box
from lib.fleet import Fleet
from lib.program import BIN
from lib.repos import GitRepo, SvnRepo
from lib.sites import git_site, svn_site
from lib.wire import ServerSide, link


def pytest_report_header():
    return f"programs under test: {BIN} (SLIPWAY_BIN)"


def pytest_collection_modifyitems(items):
    """The slow ones first: with -n they run beside the others."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    item.failed = getattr(item, "failed", False) or report.failed
    box = item.funcargs.get("box") if hasattr(item, "funcargs") else None
    if not report.failed:
        return
    if box:
        report.sections.append(("logs", box.logs()))
    for transcript in link.TRANSCRIPTS:
        if f"transcript of {transcript.name}:" not in report.longreprtext:
            report.sections.append(("wire", transcript.tail(40)))


@pytest.fixture
def box(tmp_path, request):
    link.TRANSCRIPTS.clear()
    box = Box(tmp_path)
    yield box
    box.close()
    if not request.node.failed:  # what a failed one leaves is worth a look
        shutil.rmtree(tmp_path, ignore_errors=True)


@pytest.fixture
def agent(box):
    return Agent(box).start()


@pytest.fixture
def plain_agent(box):
    """For tests that are about bytes on the wire: without TLS around them."""
    return Agent(box, "plain-agent", plaintext=True).start()


@pytest.fixture
def link_to(box):
    """link_to(agent): a ServerSide that has said hello; closed at the end."""
    def connect(address, **more):
        side = ServerSide.connect(address, **more)
        box.on_close(side.close)
        return side
    return connect


@pytest.fixture
def server_side(agent, link_to):
    return link_to(agent)


@pytest.fixture
def git(box):
    return GitRepo(box)


@pytest.fixture
def svn(box):
    return SvnRepo(box)


@pytest.fixture(params=["git", "svn"])
def site(request, box):
    """A working copy one revision behind its repository, of each kind."""
    return {"git": git_site, "svn": svn_site}[request.param](box)


@pytest.fixture
def shop(box):
    """A git working copy one commit behind its repository, for tests where the kind does not matter."""
    return git_site(box)


@pytest.fixture(params=["git", "svn"])
def fleet(request, box):
    """A server and three agents, of each kind of repository; all online."""
    return Fleet(box, request.param).start()
