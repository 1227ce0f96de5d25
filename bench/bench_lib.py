"""What the benchmarks share: a folder of their own, programs that end with them, the HTTP API, and figures."""
import http.client
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(os.environ.get("SLIPWAY_BIN", ROOT / "build/release/bin")).resolve()
ENDED = {"succeeded", "failed", "partial", "rolled_back", "cancelled"}
GIT_CONFIG = "[user]\n  name = A Bench\n  email = bench@example.org\n[init]\n  defaultBranch = main\n"


class Bench:
    """A folder and the programs started in it; nothing of either is left when the `with` ends."""

    def __enter__(self):
        self.path = Path(tempfile.mkdtemp(prefix="slipway-bench-", dir=os.environ.get("SLIPWAY_BENCH_DIR")))
        (self.path / "home").mkdir()
        (self.path / "home/.gitconfig").write_text(GIT_CONFIG)
        self.env = {"HOME": str(self.path / "home"), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
        self.processes = []
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            if process.poll() is None:
                process.terminate()
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)
        for _ in range(50):  # a runner may still be tidying up
            shutil.rmtree(self.path, ignore_errors=True)
            if not self.path.exists():
                return
            time.sleep(0.1)

    def start(self, name, *argv, ready=None):
        """Starts a program; with `ready`, returns the match of this pattern in its log."""
        log_path = self.path / f"{name}.log"
        with open(log_path, "wb") as log:
            process = subprocess.Popen([str(word) for word in argv], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                       env=self.env, cwd=self.path)
        self.processes.append(process)
        return process, self._wait_log(process, log_path, ready) if ready else None

    def _wait_log(self, process, path, pattern):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if found := re.search(pattern, path.read_text(errors="replace")):
                return found
            if process.poll() is not None:
                break
            time.sleep(0.01)
        sys.exit(f"{path.stem} did not start:\n{path.read_text(errors='replace')}")

    def run(self, *argv, cwd=None):
        done = subprocess.run([str(word) for word in argv], cwd=cwd or self.path, env=self.env, stdin=subprocess.DEVNULL,
                              capture_output=True)
        if done.returncode:
            sys.exit(f"{argv} failed:\n{(done.stdout + done.stderr).decode(errors='replace')}")
        return done.stdout.decode().strip()

    def start_agent(self, name):
        """Its process and address."""
        server_key = self.run(BIN / "slipway-agent", "fingerprint", "--data", self.path / "server-data")
        process, found = self.start(name, BIN / "slipway-agent", "-l", "127.0.0.1:0", "--trust", server_key, "--data",
                                    self.path / f"{name}-data", ready=r"listening on (\S+)")
        return process, found[1]

    def let_in(self, config):
        """Makes an account before the server starts; the token to use."""
        def command(*words, stdin=""):
            done = subprocess.run([str(BIN / "slipway-server"), *words, "-c", str(config)], input=stdin, text=True, capture_output=True)
            if done.returncode:
                sys.exit(f"{words} failed:\n{done.stderr}")
            return done.stdout.strip()
        command("user", "add", "bench", "--role", "admin", stdin="a long enough password\n")
        return command("api-token", "create", "bench", "--user", "bench", "--role", "admin")

    def start_server(self, *apps):
        """Its process and a client; every node is online and read."""
        config = self.path / "server.json"
        config.write_text(json.dumps({"listen_http": "127.0.0.1:0", "data_dir": str(self.path / "server-data"),
                                      "apps": apps}))
        token = self.let_in(config)
        process, found = self.start("server", BIN / "slipway-server", "-c", config, ready=r"page and API on http://127\S+?:(\d+)/")
        api = Api(int(found[1]), token)
        for app in apps:
            api.wait_online(app["name"])
        return process, api


class Api:
    """The server's HTTP API over one connection that is kept."""

    def __init__(self, port, token):
        self.address = ("127.0.0.1", port)
        self.credentials = {"Authorization": f"Bearer {token}"}
        self.connection = http.client.HTTPConnection(*self.address, timeout=120)

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        headers = {**self.credentials, **({"Content-Type": "application/json"} if data else {})}
        self.connection.request(method, path, data, headers)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status >= 400:
            sys.exit(f"{method} {path}: {answer.status} {text.decode(errors='replace')}")
        return json.loads(text)

    def deployment(self, number):
        return self.call("GET", f"/api/v1/deployments/{number}")

    def deploy(self, app, **request):
        return self.call("POST", f"/api/v1/apps/{app}/deployments", {"action": "update", **request})

    def wait_online(self, app, within=60):
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            nodes = self.call("GET", f"/api/v1/apps/{app}")["nodes"]
            if all(node["online"] and node["modified"] is not None for node in nodes):
                return
            time.sleep(0.02)
        sys.exit(f"not all nodes of {app} came online within {within} s: {nodes}")

    def wait_quiet(self, app, revision, within=60):
        """Until the server has read the working copies again and sees them on this revision."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            if all(node["revision"] == revision for node in self.call("GET", f"/api/v1/apps/{app}")["nodes"]):
                return
            time.sleep(0.02)
        sys.exit(f"not all nodes of {app} are seen on {revision} within {within} s")

    def events(self, path="/api/v1/events"):
        return Events(self, path)


class Events:
    """A Server-Sent Events client that only cuts the stream into events and notes when each came."""

    def __init__(self, api, path):
        address, credentials = api.address, api.credentials["Authorization"]
        self.socket = socket.create_connection(address, timeout=120)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: {address[0]}:{address[1]}\r\nAuthorization: {credentials}\r\n\r\n".encode())
        self.raw, self.text = b"", b""
        while b"\r\n\r\n" not in self.raw:
            self._receive()
        head, _, self.raw = self.raw.partition(b"\r\n\r\n")
        if b" 200 " not in head.splitlines()[0]:
            sys.exit(f"{path}: {head.decode()}")
        self.chunked = b"chunked" in head.lower()
        self._unchunk()

    def _receive(self):
        data = self.socket.recv(262_144)
        if not data:
            raise EOFError("the event stream ended")
        self.raw += data

    def _unchunk(self):
        """Whole chunks only: the server writes an event in one."""
        if not self.chunked:
            self.text, self.raw = self.text + self.raw, b""
        while self.chunked:
            size, found, rest = self.raw.partition(b"\r\n")
            if not found or len(rest) < (length := int(size, 16)) + 2 or length == 0:
                return
            self.text, self.raw = self.text + rest[:length], rest[length + 2:]

    def next(self):
        """(when it came, its block of bytes)"""
        while b"\n\n" not in self.text:
            self._receive()
            self.when = time.perf_counter()
            self._unchunk()
        block, _, self.text = self.text.partition(b"\n\n")
        return getattr(self, "when", time.perf_counter()), block

    def close(self):
        self.socket.close()


def kind_of(block):
    found = re.search(rb"^event: (\w+)$", block, re.M)
    return found[1].decode() if found else ""


def data_of(block):
    return json.loads(b"\n".join(line[6:] for line in block.split(b"\n") if line.startswith(b"data: ")))


def memory_of(pid):
    """VmRSS and its parts in KiB."""
    wanted = ("VmRSS", "VmHWM", "RssAnon", "RssFile")
    text = Path(f"/proc/{pid}/status").read_text()
    return {name: int(re.search(rf"^{name}:\s+(\d+) kB", text, re.M)[1]) for name in wanted}


def spread(values, unit="", digits=1):
    """median (lowest to highest)"""
    return (f"{statistics.median(values):.{digits}f}{unit}"
            f" ({min(values):.{digits}f} to {max(values):.{digits}f})")


class Report:
    """Lines of `what: figure, limit, met or not`; the exit code of a benchmark."""

    def __init__(self, title):
        self.missed = 0
        print(f"\n{title}\n{'-' * len(title)}")
        load = os.getloadavg()[0]
        print(f"{time.strftime('%Y-%m-%d %H:%M')}, {os.cpu_count()} cores, load {load:.1f} before the start", flush=True)

    def line(self, what, figure):
        print(f"  {what:<58} {figure}", flush=True)

    def judge(self, what, value, limit, text, strict=False):
        met = value < limit if strict else value <= limit
        self.missed += not met
        self.line(what, f"{text}   limit {'<' if strict else '<='} {limit}: {'met' if met else 'MISSED'}")

    def exit(self):
        sys.exit(1 if self.missed else 0)
