"""What was done is written down, and what was written down is not changed unnoticed."""
import sqlite3

import pytest

from lib.people import PASSWORD, command
from lib.server import Server, git_app
from lib.wait import wait_until


@pytest.fixture
def server(box):
    return Server(box, [git_app("shop", "", [])]).start()


def entries(server, query=""):
    return server.api.get_json(f"/api/v1/audit?limit=200{query}")["entries"]


def login(server, password=PASSWORD, name="tester"):
    return server.nobody.post("/api/v1/session", {"name": name, "password": password, "bearer": True})


def test_every_change_and_every_refusal_is_written_down_with_who_and_from_where(server):
    assert server.api.post("/api/v1/apps/shop/freeze", {"reason": "Release week"}).status == 200
    assert server.nobody.post("/api/v1/apps/shop/unfreeze").status == 401
    assert login(server, "a wrong password").status == 401
    token = login(server).json["token"]
    assert server.nobody.post("/api/v1/apps/shop/freeze", headers={"Authorization": f"Bearer {token}", "Origin": "http://evil.example"}).status == 403
    found = [(entry["who"], entry["via"], entry["what"], entry["target"], entry["app"], entry["result"]) for entry in reversed(entries(server))]
    assert found[-5:] == [
        ("tester", "token tests", "freezeApp", "apps/shop", "shop", "done"),
        ("", "", "unfreezeApp", "apps/shop", "", "refused"),
        ("tester", "", "logIn", "session", "", "refused"),
        ("tester", "", "logIn", "session", "", "done"),
        ("", "", "freezeApp", "apps/shop", "", "refused"),
    ]
    assert {entry["origin"] for entry in entries(server)[:5]} == {"127.0.0.1"}
    assert entries(server)[4]["detail"] == "Release week"


def test_a_read_that_is_refused_to_somebody_known_is_written_down(server):
    command(server.config_file, "user", "add", "vera", "--role", "viewer", stdin=PASSWORD + "\n")
    token = command(server.config_file, "api-token", "create", "ci", "--user", "vera")[1].strip()
    vera = {"Authorization": f"Bearer {token}"}
    wait_until(lambda: server.nobody.get("/api/v1/session", headers=vera).status == 200, 10, "the token to be known")
    assert server.nobody.get("/api/v1/audit", headers=vera).status == 403
    assert server.nobody.get("/api/v1/apps", headers=vera).status == 200
    assert server.nobody.get("/api/v1/apps").status == 401
    newest = entries(server)[0]
    assert (newest["who"], newest["what"], newest["result"]) == ("vera", "listAudit", "refused") and "admin" in newest["detail"]


def test_commands_are_written_down_with_the_local_user(server):
    command(server.config_file, "user", "add", "ada", "--role", "viewer", stdin=PASSWORD + "\n")
    wait_until(lambda: any(entry["target"] == "users/ada" for entry in entries(server)), 5, "the entry")
    entry = next(entry for entry in entries(server) if entry["target"] == "users/ada")
    assert entry["via"] == "command line" and entry["who"] and entry["what"] == "createUser" and "viewer" in entry["detail"]


def test_entries_are_filtered(server):
    for reason in ("one", "two"):
        server.api.post("/api/v1/apps/shop/freeze", {"reason": reason})
    assert [entry["detail"] for entry in entries(server, "&app=shop&what=freezeApp&who=tester")] == ["two", "one"]
    newest = entries(server)[0]
    assert all(entry["id"] < newest["id"] for entry in entries(server, f"&before={newest['id']}"))
    assert entries(server, "&since=2999-01-01T00:00:00Z") == []
    assert server.api.get("/api/v1/audit?since=yesterday").problem(400)
    assert server.api.get_json("/api/v1/audit?limit=1")["more"]


def test_a_flood_of_refusals_is_counted(server):
    before = len(entries(server))
    for _ in range(200):
        assert server.nobody.post("/api/v1/apps/shop/unfreeze").status == 401
    assert len(entries(server)) == before + 1
    server.restart()
    assert (len(entries(server)), entries(server)[0]["repeats"]) == (before + 2, 199)


def test_a_chain_that_was_broken_by_hand_is_found(server):
    for reason in ("one", "two", "three"):
        server.api.post("/api/v1/apps/shop/freeze", {"reason": reason})
    printed = command(server.config_file, "audit", "verify")[1]
    head = printed.split("head ")[1].strip()
    victim = next(entry["id"] for entry in entries(server) if entry["detail"] == "two")
    with sqlite3.connect(server.data / "slipway.db", timeout=10) as database:
        with pytest.raises(sqlite3.DatabaseError, match="only ever added to"):
            database.execute("UPDATE audit SET who = 'eve'")
        with pytest.raises(sqlite3.DatabaseError, match="only ever added to"):
            database.execute("DELETE FROM audit")
        database.execute("DROP TRIGGER audit_is_never_changed")
        database.execute("UPDATE audit SET who = 'eve' WHERE id = ?", (victim,))
    code, _, error = command(server.config_file, "audit", "verify", check=False)
    assert code == 1 and f"breaks at entry {victim}" in error
    with sqlite3.connect(server.data / "slipway.db", timeout=10) as database:
        database.execute("UPDATE audit SET who = 'tester' WHERE id = ?", (victim,))
    assert command(server.config_file, "audit", "verify", "--head", head)[0] == 0
    assert command(server.config_file, "audit", "verify", "--head", head[:-1] + ("0" if head[-1] != "0" else "1"), check=False)[0] == 1


def test_the_command_lists_what_the_api_lists(server):
    server.api.post("/api/v1/apps/shop/freeze", {"reason": "Release week"})
    printed = command(server.config_file, "audit", "list", "--app", "shop", "--limit", "1")[1]
    assert "tester" in printed and "freezeApp apps/shop done: Release week" in printed


def test_an_old_database_gets_the_log_with_its_locks(server):
    """As it was before there were accounts."""
    server.stop()
    with sqlite3.connect(server.data / "slipway.db") as database:
        for table in ("audit", "api_tokens", "sessions", "accounts"):
            database.execute(f"DROP TABLE {table}")
        database.execute("PRAGMA user_version = 8")
    server.start()
    assert 'account "admin" with the password' in server.log()
    assert command(server.config_file, "audit", "verify")[0] == 0
    with sqlite3.connect(server.data / "slipway.db") as database, pytest.raises(sqlite3.DatabaseError):
        database.execute("DELETE FROM audit")
