"""From the POST to the first byte of a hook's output at the event stream: one agent, a revision that is there already.

The follower does what a page does: it opens /deployments/ID/events as soon as the 202 names the ID.
"""
import argparse
import statistics
import time

from bench_lib import Bench, Events, Report, data_of, kind_of, spread

APP = "shop"
PHASES = ("POST to 202", "202 to the hook's output at the stream")


def make_copy(bench):
    """A bare repository and a clone of it; the clone's revision."""
    origin, copy = bench.path / "origin.git", bench.path / "copy"
    work = bench.path / "author"
    bench.run("git", "init", "-q", "--bare", origin)
    bench.run("git", "init", "-q", work)
    for number in range(300):
        file = work / f"dir-{number % 12}/file-{number}.txt"
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"{number}\n" * 40)
    bench.run("git", "add", "-A", cwd=work)
    bench.run("git", "commit", "-qm", "first", cwd=work)
    bench.run("git", "push", "-q", origin, "main", cwd=work)
    bench.run("git", "clone", "-q", origin, copy)
    return origin, copy, bench.run("git", "rev-parse", "HEAD", cwd=copy)


def measure(api, revision):
    """Seconds of each phase, and the duration of the steps in ms."""
    started = time.perf_counter()
    deployment = api.deploy(APP, revision=revision)
    accepted = time.perf_counter()
    events = Events(api, f"/api/v1/deployments/{deployment['id']}/events")
    first_output, steps = None, {}
    while True:
        when, block = events.next()
        kind = kind_of(block)
        if kind == "output" and first_output is None and data_of(block)["step"] == "before_deploy":
            first_output = when
            assert "here-it-is" in data_of(block)["text"], block
        if kind == "end":
            break
    events.close()
    node = api.deployment(deployment["id"])["nodes"][0]
    assert node["state"] == "succeeded", node
    steps = {step["name"]: step["duration_ms"] for step in node["steps"]}
    return first_output - started, (accepted - started, first_output - accepted), steps


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--pause", type=float, default=0.05, help="seconds between two runs")
    options = parser.parse_args()
    report = Report(f"latency: POST to the first byte of a hook's output, {options.runs} runs")
    with Bench() as bench:
        origin, copy, revision = make_copy(bench)
        _, address = bench.start_agent("agent")
        node = {"alias": "node", "addr": address, "path": str(copy), "before_deploy": "echo here-it-is"}
        _, api = bench.start_server({"name": APP, "type": "git", "url": f"file://{origin}", "branch": "main", "node": [node]})
        totals, phases, steps = [], [], {}
        for run in range(-5, options.runs):  # the first five warm up
            time.sleep(options.pause)
            total, parts, durations = measure(api, revision)
            if run < 0:
                continue
            totals.append(total * 1000)
            phases.append(parts)
            for name, duration in durations.items():
                steps.setdefault(name, []).append(duration)
        ordered = sorted(totals)
        report.judge("POST to the first byte, median", statistics.median(totals), 20, spread(totals, " ms"), strict=True)
        report.line("POST to the first byte, 90th percentile", f"{ordered[len(ordered) * 9 // 10]:.1f} ms")
        for index, name in enumerate(PHASES):
            report.line(f"  {name}", spread([parts[index] * 1000 for parts in phases], " ms"))
        for name, durations in steps.items():
            report.line(f"  step {name} (whole milliseconds)", spread(durations, " ms"))
    report.exit()


if __name__ == "__main__":
    main()
