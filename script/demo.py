"""The demo: see script/demo. Talks to the server as any client would, through its HTTP API."""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / "build/release/bin"
PEOPLE = [("Ada", "ada@example.com"), ("李雷", "lilei@example.com"), ("Grace", "grace@example.com")]
GIT_SUBJECTS = ["First version", "Add a cart", "支持优惠券", "Fix the price of nothing", "Make the page faster"]
SVN_SUBJECTS = ["Import", "A better index", "修正日期格式"]


class Demo:
    def __init__(self):
        self.processes = []
        self.directory = Path(tempfile.mkdtemp(prefix="slipway-demo-"))
        self.base = ""
        self.token = ""
        self.password = ""

    def start(self, name, argv, ready=None):
        """Starts a program; returns what `ready` matches in its log."""
        log = open(self.directory / f"{name}.log", "wb")
        process = subprocess.Popen([str(part) for part in argv], stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                   start_new_session=True)
        self.processes.append(process)
        deadline = time.monotonic() + 30
        while ready and time.monotonic() < deadline:
            text = Path(log.name).read_text(errors="replace")
            if found := re.search(ready, text):
                return found
            if process.poll() is not None:
                break
            time.sleep(0.02)
        if ready:
            sys.exit(f"{name} did not start:\n" + Path(log.name).read_text(errors="replace"))

    def stop(self):
        for process in reversed(self.processes):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
        shutil.rmtree(self.directory, ignore_errors=True)

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {self.token}"} if self.token else {})}
        request = urllib.request.Request(self.base + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            sys.exit(f"{method} {path}: {json.load(error).get('detail')}")

    def log_in(self):
        """With the password that the first start of a server prints."""
        printed = (self.directory / "server.log").read_text()
        self.password = re.search(r'account "admin" with the password (\S+)', printed)[1]
        login = {"name": "admin", "password": self.password, "bearer": True}
        self.token = self.call("POST", "/api/v1/session", login)["token"]


def run(argv, **more):
    subprocess.run([str(part) for part in argv], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **more)


def make_git(directory):
    """A repository with a commit for each subject; returns where it is and its revisions, newest first."""
    bare, work = directory / "git/shop.git", directory / "git-work"
    run(["git", "init", "-q", "--bare", "--initial-branch=main", bare])
    run(["git", "init", "-q", "--initial-branch=main", work])
    for number, subject in enumerate(GIT_SUBJECTS):
        name, mail = PEOPLE[number % len(PEOPLE)]
        (work / "version.txt").write_text(f"{number + 1}\n")
        (work / f"part-{number + 1}.txt").write_text(subject + "\n")
        run(["git", "-C", work, "add", "."])
        run(["git", "-C", work, "-c", f"user.name={name}", "-c", f"user.email={mail}", "commit", "-qm", subject])
    run(["git", "-C", work, "push", "-q", bare, "main"])
    log = subprocess.run(["git", "-C", str(work), "log", "--format=%H"], check=True, capture_output=True, text=True)
    return bare, log.stdout.split()


def make_svn(directory):
    repository, work = directory / "svn/site", directory / "svn-work"
    repository.parent.mkdir()
    run(["svnadmin", "create", repository])
    (repository / "conf/svnserve.conf").write_text("[general]\nanon-access = write\n")
    run(["svn", "checkout", "-q", f"file://{repository}", work])
    utf8 = {**os.environ, "LC_ALL": "C.UTF-8"}
    for number, subject in enumerate(SVN_SUBJECTS):
        (work / "index.html").write_text(f"<h1>{number + 1}</h1>\n")
        run(["svn", "add", "-q", "--force", work / "index.html"], env=utf8)
        run(["svn", "commit", "-q", "-m", subject, "--username", PEOPLE[number % 3][0], work], env=utf8)
    return repository.parent


def free_port():
    import socket
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def make_key(data):
    """Makes the key in the data directory of an agent, or of the server; its fingerprint."""
    made = subprocess.run([str(BIN / "slipway-agent"), "fingerprint", "--data", str(data)], check=True, capture_output=True, text=True)
    return made.stdout.strip()


def write_config(demo, agents, git, svn_port):
    shop = [{"alias": f"api-{number + 1}", "addr": address, "fingerprint": key, "path": str(demo.directory / f"host-{number + 1}/shop"),
             "before_deploy": "echo \"$SLIPWAY_NODE: closing the shop for a moment\"",
             "after_deploy": ["echo \"$SLIPWAY_NODE: now at version $(cat version.txt)\"",
                              "for i in 1 2 3; do echo \"$SLIPWAY_NODE: warming up $i/3\"; sleep 0.2; done"]}
            for number, (address, key) in enumerate(agents)]
    site = [{"alias": f"web-{number + 1}", "addr": address, "fingerprint": key, "path": str(demo.directory / f"host-{number + 1}/官网"),
             "after_deploy": "cat index.html"} for number, (address, key) in enumerate(agents[:2])]
    config = {"listen_http": "127.0.0.1:0" if "--once" in sys.argv else "127.0.0.1:8082",
              "data_dir": str(demo.directory / "server"),
              "apps": [{"name": "shop", "type": "git", "url": f"file://{git}", "branch": "main", "node": shop},
                       {"name": "官网", "type": "svn", "url": f"svn://127.0.0.1:{svn_port}/site", "node": site}]}
    path = demo.directory / "server.json"
    path.write_text(json.dumps(config, ensure_ascii=False, indent=2))
    return path


def start_agent(demo, number, server_key):
    """Its address and the fingerprint of its key."""
    data = demo.directory / f"host-{number}/agent"
    key = make_key(data)
    found = demo.start(f"agent-{number}", [BIN / "slipway-agent", "-l", "127.0.0.1:0", "--trust", server_key, "--data", data],
                       r"listening on (\S+)")
    return found[1], key


def wait_for_nodes(demo):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        apps = demo.call("GET", "/api/v1/apps")["apps"]
        if all(node["online"] for app in apps for node in app["nodes"]):
            return
        time.sleep(0.05)
    sys.exit("not all agents came online within 20 s")


def deploy(demo, app, **request):
    """Starts a deployment, waits for its end, prints what happened on each node."""
    deployment = demo.call("POST", f"/api/v1/apps/{urllib.request.quote(app)}/deployments", request)
    deadline = time.monotonic() + 120
    while deployment["state"] == "running" and time.monotonic() < deadline:
        time.sleep(0.05)
        deployment = demo.call("GET", f"/api/v1/deployments/{deployment['id']}")
    print(f"\n{request['action']} of {app} to {deployment['revision'][:12]}: {deployment['state']}")
    for node in deployment["nodes"]:
        steps = ", ".join(f"{step['name']} {step['duration_ms']} ms" for step in node["steps"])
        before = (node["revision_before"] or "nothing")[:12]
        print(f"  {node['alias']}: {node['state']}, {before} -> {(node['revision_after'] or 'nothing')[:12]} ({steps})")
        if node["reason"]:
            print(f"    {node['reason']}")
    if deployment["state"] != "succeeded":
        sys.exit("the demo expected every node to succeed")
    return deployment


def main():
    demo = Demo()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        git, revisions = make_git(demo.directory)
        svn_root = make_svn(demo.directory)
        svn_port = free_port()
        demo.start("svnserve", ["svnserve", "--daemon", "--foreground", "--listen-host", "127.0.0.1", "--listen-port",
                                svn_port, "--root", svn_root])
        server_key = make_key(demo.directory / "server")
        agents = [start_agent(demo, number, server_key) for number in (1, 2, 3)]
        config = write_config(demo, agents, git, svn_port)
        demo.base = demo.start("server", [BIN / "slipway-server", "-c", config],
                               r"page and API on (http://127\S+?)/")[1]
        demo.log_in()
        wait_for_nodes(demo)
        print(f"three agents and a server are running, and know each other by their keys; the page: {demo.base}/")
        deploy(demo, "shop", action="update", note="the demo's update")
        deploy(demo, "shop", action="rollback", revision=revisions[2], note="the demo's rollback")
        deploy(demo, "官网", action="update")
        print(f"\nOpen {demo.base}/ , log in as admin with the password {demo.password} and press Update.", flush=True)
        if "--once" not in sys.argv:
            print("Ctrl-C ends the demo and removes what it made.", flush=True)
            threading.Event().wait()
    except KeyboardInterrupt:
        print("\nthe demo ends")
    finally:
        demo.stop()


if __name__ == "__main__":
    main()
