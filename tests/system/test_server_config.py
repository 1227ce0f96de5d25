"""server.json: the seed's own file is accepted, and every mistake is told with its place, all in one run."""
import json
import re
import shutil
from pathlib import Path

import pytest

from lib.program import run_to_end
from lib.server import Server, free_port

SEED = Path(__file__).parent / "data/seed-server.json"
LINE = re.compile(r"^(?:\S*/)?server\.json:(\d+):(\d+): (.+)$", re.M)


def check(box, text):
    """Exit code, problems [(line, text)], and everything printed."""
    (box.path / "server.json").write_text(text)
    code, printed = run_to_end(box, "slipway-server", "-c", "server.json", "--check")
    return code, [(int(line), what) for line, _, what in LINE.findall(printed)], printed


def good(**changes):
    app = {"name": "shop", "type": "git", "url": "https://example.org/shop.git", "branch": "main", "node": [
        {"alias": "api-1", "addr": "127.0.0.1:8081", "path": "/srv/shop", "before_deploy": "true", "after_deploy": ["true", "true"]}]}
    return {"listen_http": ":8082", "apps": [app], **changes}


def test_the_seeds_example_is_accepted_as_it_stands(box):
    shutil.copy(SEED, box.path / "server.json")
    code, printed = run_to_end(box, "slipway-server", "-c", "server.json", "--check")
    assert code == 0, printed
    assert "fetchlogpath" in printed and "no longer" in printed


def test_the_check_writes_nothing_and_listens_nowhere(box):
    before = {path.name for path in box.path.iterdir()} | {"server.json"}
    code, _, printed = check(box, json.dumps(good()))
    assert code == 0, printed
    assert {path.name for path in box.path.iterdir()} == before


@pytest.mark.parametrize("listen", [":8082", "127.0.0.1:8082", "localhost:8082", "[::1]:8082"])
def test_forms_of_an_address(box, listen):
    code, _, printed = check(box, json.dumps(good(listen_http=listen)))
    assert code == 0, printed


@pytest.mark.parametrize("key", ["befor_deploy", "before_deploy"])
@pytest.mark.parametrize("hook", ["", "ls /data", ["ls", "pwd"], []])
def test_both_spellings_and_forms_of_a_hook(box, key, hook):
    config = good()
    node = config["apps"][0]["node"][0]
    del node["before_deploy"]
    node[key] = hook
    code, _, printed = check(box, json.dumps(config))
    assert code == 0, printed


FRAME = """{
  // a comment, as in the seed
  "listen_http": "127.0.0.1:8082",
  "apps": [
    {
      "name": "shop",
      "type": "git",
      "url": "https://example.org/shop.git",
      "node": [
        {
          "alias": "api-1",
          "addr": "127.0.0.1:8081",
          "path": "/srv/shop"
        }
      ]
    }
  ]
}
"""
MISTAKES = {
    "unknown key at the top": ('"listen_http"', '"listen_htp"', 3, ["listen_htp", "listen_http"]),
    "unknown key of an app": ('"url"', '"ulr"', 8, ["ulr", "url"]),
    "unknown key of a node": ('"alias"', '"alais"', 11, ["alais", "alias"]),
    "wrong type": ('"name": "shop"', '"name": 7', 6, ["name", "7"]),
    "wrong type of a list": ('"apps": [', '"debug": "yes",\n  "apps": [', 4, ["debug"]),
    "unknown kind of repository": ('"type": "git"', '"type": "hg"', 7, ["hg", "git", "svn"]),
    "bad address": ('"127.0.0.1:8081"', '"127.0.0.1"', 12, ["127.0.0.1", "port"]),
    "bad port": ('"127.0.0.1:8081"', '"127.0.0.1:99999"', 12, ["99999"]),
    "plaintext to another host": ('"127.0.0.1:8081"', '"192.0.2.1:8081", "plaintext": true', 12, ["plaintext", "192.0.2.1:8081", "loopback"]),
    "a mistyped fingerprint": ('"127.0.0.1:8081"', '"127.0.0.1:8081", "fingerprint": "SHA256:abc"', 12, ["SHA256:abc", "3 characters"]),
    "bad address to listen on": ('"127.0.0.1:8082"', '"nonsense"', 3, ["nonsense"]),
    "relative path": ('"/srv/shop"', '"srv/shop"', 13, ["srv/shop", "absolute"]),
    "unknown local_changes": ('"type": "git",', '"type": "git",\n      "local_changes": "destroy",', 8, ["destroy", "keep", "refuse", "discard"]),
    "empty name": ('"name": "shop"', '"name": ""', 6, ["name"]),
    "hook of the wrong type": ('"path": "/srv/shop"', '"path": "/srv/shop",\n          "after_deploy": 7', 14, ["after_deploy"]),
    "list of hooks with a number": ('"path": "/srv/shop"', '"path": "/srv/shop",\n          "after_deploy": ["a", 7]', 14, ["after_deploy", "7"]),
    "bad timeout": ('"type": "git",', '"type": "git",\n      "timeout": "soon",', 8, ["timeout"]),
    "no json": ('"name": "shop",', '"name": "shop"', 7, []),
}


@pytest.mark.parametrize("what", MISTAKES)
def test_a_mistake_is_told_with_its_place(box, what):
    old, new, line, words = MISTAKES[what]
    code, problems, printed = check(box, FRAME.replace(old, new))
    assert code == 2, printed
    assert any(at == line and all(word in text for word in words) for at, text in problems), printed


@pytest.mark.parametrize("member", ["name", "type", "alias", "addr", "path"])
def test_a_missing_member_is_told(box, member):
    text = re.sub(rf'"{member}": "[^"]*",?\n', "\n", FRAME)
    code, problems, printed = check(box, re.sub(r",(\s*\})", r"\1", text))
    assert code == 2 and any(member in text for _, text in problems), printed


@pytest.mark.parametrize("what, line", [("alias", 13), ("app", 18)])
def test_duplicates_are_told_where_the_second_stands(box, what, line):
    node = '{ "alias": "api-1", "addr": "127.0.0.1:8081", "path": "/srv/other" }'
    app = FRAME[FRAME.index("    {\n"):FRAME.rindex("  ]")].rstrip()
    text = FRAME.replace('        }\n', f'        }},\n        {node}\n') if what == "alias" else FRAME.replace(app, f"{app},\n{app}")
    code, problems, printed = check(box, text)
    assert code == 2 and any(at >= line and ("api-1" in text or "shop" in text) for at, text in problems), printed


def test_all_mistakes_are_told_in_one_run_in_the_order_of_the_file(box):
    text = FRAME.replace('"name": "shop"', '"name": 7').replace('"/srv/shop"', '"srv"').replace('"listen_http"', '"listen"')
    code, problems, printed = check(box, text)
    assert code == 2
    assert [line for line, _ in problems] == [3, 6, 13], printed


def test_columns_count_characters(box):
    text = '{ "名字": 1, "apps": [] }'
    code, _, printed = check(box, text)
    assert code == 2 and re.search(r"server\.json:1:(3|4): ", printed), printed


@pytest.mark.parametrize("text", ["", "[]", "{", "{}", "null", "\ufeff{}", '{"apps": {}}', "{" * 10_000])
def test_files_that_are_none_are_told(box, text):
    code, problems, printed = check(box, text)
    if code != 0 or text not in ("{}", "\ufeff{}"):
        assert code == 2 and problems, printed
    assert "terminate called" not in printed and "Sanitizer" not in printed


def test_a_missing_file_is_told(box):
    code, printed = run_to_end(box, "slipway-server", "-c", "nowhere.json", "--check")
    assert code == 2 and "nowhere.json" in printed
    code, printed = run_to_end(box, "slipway-server", "-c", box.path, "--check")
    assert code == 2 and str(box.path) in printed


def test_without_check_a_mistake_ends_the_start_the_same_way(box):
    (box.path / "server.json").write_text(FRAME.replace('"alias"', '"alais"'))
    code, printed = run_to_end(box, "slipway-server", "-c", "server.json")
    assert code == 2 and LINE.search(printed), printed


def test_help_and_version_tell_and_end_with_zero(box):
    code, text = run_to_end(box, "slipway-server", "--help")
    assert code == 0 and "--check" in text and "-c" in text
    code, text = run_to_end(box, "slipway-server", "--version")
    assert code == 0 and text.strip()


@pytest.mark.parametrize("args", [[], ["--nonsense"], ["-c"]])
def test_arguments_that_are_none_are_told(box, args):
    code, text = run_to_end(box, "slipway-server", *args)
    assert code > 0 and text.strip() and "terminate called" not in text


def test_a_port_in_use_is_told(box):
    first = Server(box, []).start()
    config = {"listen_http": f"127.0.0.1:{first.port}", "data_dir": str(box.path / "other"), "apps": []}
    (box.path / "server.json").write_text(json.dumps(config))
    code, printed = run_to_end(box, "slipway-server", "-c", "server.json")
    assert code > 0 and "uses this port" in printed and str(first.port) in printed, printed


@pytest.mark.parametrize("place", ["a file", "/proc/slipway"])
def test_a_data_directory_that_cannot_be_used_is_told(box, place):
    path = box.path / "taken" if place == "a file" else place
    if place == "a file":
        path.write_text("a file\n")
    (box.path / "server.json").write_text(json.dumps(good(listen_http=f"127.0.0.1:{free_port()}", data_dir=str(path))))
    code, printed = run_to_end(box, "slipway-server", "-c", "server.json")
    assert code > 0 and str(path) in printed and "terminate called" not in printed, printed


def test_port_0_takes_a_free_port(box):
    server = Server(box, [])
    server.write_config(0)
    server.spawn(server.argv())
    server.port = int(server.wait_log(r"page and API on http://127\.0\.0\.1:([1-9]\d*)/")[1])
    assert server.api.apps() == []


def test_the_data_directory_stands_beside_the_configuration_by_default(box):
    server = Server(box, [])
    del server.config["data_dir"]
    server.start()
    assert any(path.is_dir() and "slipway" in path.name for path in box.path.iterdir())
    assert server.api.apps() == []
