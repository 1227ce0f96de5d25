"""Starting the agent: what it says, and what it refuses with a sentence and an exit code."""
import os
import signal
import socket
from pathlib import Path

import pytest

from lib.agent import Agent
from lib.identity import make as make_key
from lib.identity import of_servers
from lib.program import BIN, run_to_end
from lib.small_disk import wrapper
from lib.wire import ServerSide


def sentence(text, *words):
    assert any(word in text.lower() for word in words), text
    assert "terminate called" not in text and "Sanitizer" not in text


def test_help_and_version_tell_and_end_with_zero(box):
    code, text = run_to_end(box, "slipway-agent", "--help")
    assert code == 0 and "--data" in text and "-l" in text
    code, text = run_to_end(box, "slipway-agent", "--version")
    assert code == 0 and text.strip().split()[-1][0].isdigit()


@pytest.mark.parametrize("args", [["--nonsense"], ["-l", "nonsense"], ["-l", "127.0.0.1:99999"], ["-l", "127.0.0.1:-1"], ["-l", ""],
                                  ["-l", "127.0.0.1"], ["extra"]])
def test_arguments_that_are_none_are_told(box, args):
    code, text = run_to_end(box, "slipway-agent", *args, "--data", box.path / "data")
    assert code not in (0, -6, -11) and text.strip(), text
    assert "terminate called" not in text


def test_a_port_in_use_is_told(box, agent):
    code, text = run_to_end(box, "slipway-agent", "-l", agent.addr, "--plaintext", "--data", box.path / "other")
    assert code > 0
    sentence(text, "in use")
    assert str(agent.port) in text


@pytest.mark.parametrize("address", ["0.0.0.0:0", "192.0.2.1:8081", "[::]:0", "8.8.8.8:0"])
def test_plaintext_on_an_address_that_is_not_loopback_is_refused(box, address):
    code, text = run_to_end(box, "slipway-agent", "-l", address, "--plaintext", "--data", box.path / "data")
    assert code == 2
    sentence(text, "--plaintext is for loopback addresses")


def test_an_agent_that_would_trust_nobody_says_what_to_run(box):
    code, text = run_to_end(box, "slipway-agent", "-l", ":0", "--data", box.path / "data")
    assert code == 2
    sentence(text, "slipway-server fingerprint -c server.json")
    assert "--trust" in text and not (box.path / "data").exists()


@pytest.mark.parametrize("trust", ["", "SHA256:", "SHA256:abc", "MD5:00", "SHA256:" + "A" * 42 + "B"])
def test_a_mistyped_fingerprint_is_told(box, trust):
    code, text = run_to_end(box, "slipway-agent", "-l", ":0", "--trust", trust, "--data", box.path / "data")
    assert code == 2
    sentence(text, "--trust: ")
    assert "is not a fingerprint" in text


def test_plaintext_and_trust_exclude_each_other(box):
    code, text = run_to_end(box, "slipway-agent", "-l", ":0", "--plaintext", "--trust", "SHA256:" + "A" * 43)
    assert code == 2
    sentence(text, "exclude each other")


def listening(pid):
    """Local addresses (hex) on which a process listens, IPv4 and IPv6."""
    inodes = set()
    for fd in os.listdir(f"/proc/{pid}/fd"):
        link = os.readlink(f"/proc/{pid}/fd/{fd}")
        if link.startswith("socket:["):
            inodes.add(link[8:-1])
    rows = [line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]]
    return [row[1].rpartition(":")[0] for row in rows if row[3] == "0A" and row[9] in inodes]


def test_a_port_alone_listens_everywhere(box):
    agent = Agent(box)
    agent.spawn([BIN / "slipway-agent", "-l", ":0", "--trust", of_servers().fingerprint, "--data", agent.data])
    port = int(agent.wait_log(r"listening on 0\.0\.0\.0:(\d+)")[1])
    assert "00000000" in listening(agent.pid)
    with ServerSide.connect(("127.0.0.1", port)) as server:
        assert server.peer["role"] == "agent"


def test_a_port_alone_listens_on_loopback_only_in_plaintext(box):
    agent = Agent(box)
    agent.spawn([BIN / "slipway-agent", "-l", ":0", "--plaintext", "--data", agent.data])
    agent.wait_log(r"listening on .*:(\d+)")
    assert listening(agent.pid)
    assert set(listening(agent.pid)) <= {"0100007F", "00000000000000000000000001000000"}


def test_the_link_works_on_ipv6(box):
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("no IPv6 here")
    agent = Agent(box)
    agent.spawn([BIN / "slipway-agent", "-l", "[::1]:0", "--trust", of_servers().fingerprint, "--data", agent.data])
    port = int(agent.wait_log(r"listening on \[::1\]:(\d+)")[1])
    with ServerSide.connect(("::1", port)) as server:
        assert server.peer["role"] == "agent"


def test_the_fingerprint_is_printed_and_the_key_made_once(box):
    data = box.path / "data"
    code, text = run_to_end(box, "slipway-agent", "fingerprint", "--data", data)
    assert code == 0 and text.startswith("SHA256:") and len(text.strip()) == 50
    assert run_to_end(box, "slipway-agent", "fingerprint", "--data", data) == (0, text)
    modes = {path.name: path.stat().st_mode & 0o777 for path in (data / "identity").iterdir()}
    assert modes == {"key.pem": 0o600, "certificate.pem": 0o600} and (data / "identity").stat().st_mode & 0o777 == 0o700
    agent = Agent(box, data=data).start()
    assert text.strip() in agent.log()


def test_a_key_that_others_may_read_is_refused(box):
    data = box.path / "data"
    run_to_end(box, "slipway-agent", "fingerprint", "--data", data)
    (data / "identity/key.pem").chmod(0o644)
    code, text = run_to_end(box, "slipway-agent", "--trust", of_servers().fingerprint, "--data", data)
    assert code == 2
    sentence(text, "chmod go-rwx")


def test_a_file_in_place_of_the_data_directory_is_told(box):
    (box.path / "data").write_text("a file\n")
    code, text = run_to_end(box, "slipway-agent", "-l", "127.0.0.1:0", "--plaintext", "--data", box.path / "data")
    assert code > 0
    sentence(text, "not a directory", "directory")
    assert str(box.path / "data") in text


def test_a_data_directory_that_cannot_be_made_is_told(box):
    code, text = run_to_end(box, "slipway-agent", "-l", "127.0.0.1:0", "--plaintext", "--data", "/proc/slipway/data")
    assert code > 0
    assert "/proc/slipway" in text and "terminate called" not in text


def test_a_read_only_data_directory_is_told(box):
    agent = Agent(box)
    in_front = wrapper(agent.data)
    in_front[4] = in_front[4].replace("size=1m", "size=1m,ro")
    agent.spawn(agent.argv(), in_front)
    assert agent.process.wait(15) > 0
    sentence(agent.log(), "read-only", "write", "permission")
    assert str(agent.data) in agent.log()


def test_a_second_agent_on_the_same_data_directory_is_refused(box, agent):
    code, text = run_to_end(box, "slipway-agent", "-l", "127.0.0.1:0", "--plaintext", "--data", agent.data)
    assert code > 0
    sentence(text, "in use", "another", "already", "locked")
    assert agent.running()


def test_term_and_int_end_it_with_zero_at_once(box, agent, server_side):
    assert agent.stop(within=5) == 0
    server_side.expect_closed(2)
    agent.start()
    agent.process.send_signal(signal.SIGINT)
    assert agent.process.wait(5) == 0


def test_the_data_directory_is_for_its_owner_only(box, plain_agent):
    """It holds what hooks printed, and the agent's key."""
    assert plain_agent.data.stat().st_mode & 0o077 == 0
    make_key(box.path / "new")
    assert (box.path / "new").stat().st_mode & 0o077 == 0
