"""slipway-server user, api-token and audit, without a server that runs."""
import json
import os
import pty
import subprocess
import time

import pytest

from lib.people import PASSWORD, command
from lib.program import BIN


@pytest.fixture
def config(box):
    file = box.path / "server.json"
    file.write_text(json.dumps({"data_dir": str(box.path / "data"), "apps": [{"name": "shop", "type": "git", "url": "", "node": []}]}))
    return file


def test_an_account_is_made_changed_and_listed(config):
    command(config, "user", "add", "ada", "--role", "deployer", "--app", "shop", stdin=PASSWORD + "\n")
    assert "ada\trole deployer, apps shop\tlast login never" in command(config, "user", "list")[1]
    command(config, "user", "role", "ada", "admin")
    command(config, "user", "add", "bob", stdin=PASSWORD + "\n")
    command(config, "user", "disable", "bob")
    listed = command(config, "user", "list")[1]
    assert "ada\trole admin, all apps" in listed and "bob\trole viewer, all apps, disabled" in listed
    command(config, "user", "enable", "bob")
    assert "disabled" not in command(config, "user", "list")[1]


@pytest.mark.parametrize("words, stdin, said", [
    (("user", "add", "ada", "--role", "chief"), PASSWORD, "no role"),
    (("user", "add", "ada", "--app", "shp"), PASSWORD, 'did you mean "shop"?'),
    (("user", "add", "ada"), "short", "too short"),
    (("user", "add", "ada"), "", "no password came"),
    (("user", "add", "a/b"), PASSWORD, "cannot be the name"),
    (("user", "passwd", "nobody"), PASSWORD, "no account"),
    (("api-token", "create", "ci", "--user", "nobody"), "", "no account"),
    (("api-token", "create", "ci", "--user", "x", "--expires", "soon"), "", "duration"),
    (("api-token", "revoke", "7"), "", "no token 7"),
    (("audit", "verify", "--head", "x"), "", "--head"),
])
def test_what_cannot_be_done_is_told_and_changes_nothing(config, words, stdin, said):
    code, _, error = command(config, *words, stdin=stdin and stdin + "\n", check=False)
    assert code == 2 and said in error, error
    assert command(config, "user", "list")[1] == ""


def test_a_password_is_no_argument(config):
    code, _, error = command(config, "user", "add", "ada", "--password", PASSWORD, check=False)
    assert code != 0 and "--password" in error


def test_on_a_terminal_the_password_is_asked_for_twice_and_not_shown(config):
    master, slave = pty.openpty()
    asked = subprocess.Popen([str(BIN / "slipway-server"), "-c", str(config), "user", "add", "ada"], stdin=slave, stdout=slave, stderr=slave, close_fds=True)
    os.close(slave)
    seen = b""
    for question in (b"New password for ada: ", b"The same again: "):
        deadline = time.monotonic() + 20
        while not seen.endswith(question) and time.monotonic() < deadline:
            seen += os.read(master, 1000)
        assert seen.endswith(question), seen
        os.write(master, PASSWORD.encode() + b"\n")
    while True:
        try:
            if not (data := os.read(master, 1000)):
                break
        except OSError:
            break
        seen += data
    assert asked.wait(20) == 0 and PASSWORD.encode() not in seen and b"ada: role viewer" in seen


@pytest.mark.parametrize("words", [("user",), ("user", "add"), ("api-token",), ("audit",)], ids="-".join)
def test_help_teaches(config, words):
    _, printed, _ = command(config, *words, "--help")
    assert "Usage" in printed and ("Examples" in printed or words[-1] == "add")


def test_a_token_is_printed_alone_and_never_again(config):
    command(config, "user", "add", "ada", "--role", "deployer", stdin=PASSWORD + "\n")
    printed = command(config, "api-token", "create", "ci", "--user", "ada", "--role", "deployer", "--app", "shop", "--expires", "90d")[1]
    assert printed.startswith("slp_") and printed.count("\n") == 1
    listed = command(config, "api-token", "list")[1]
    assert "ci of ada\trole deployer, apps shop" in listed and printed.strip() not in listed
