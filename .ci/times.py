#!/usr/bin/env python3
"""How long the first frame takes and what it costs on the bus: ours beside the vendor's.

Runs both in turn, on what a run of `cargo test --test oracle` has left in target/tmp, and
prints times from the start of the program, medians and ratios.

usage: times.py [ROUNDS]      (default: 5)
"""
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TMP = Path(__file__).resolve().parent.parent / "target" / "tmp"
SCRIPT = """resource
scan
open
stream 0
init
bits 16
set 8 1000
roi 96 64 640 400
shot
shot
close
release
"""
LIBRARIES = {"theirs": (TMP / "oracle-theirs", "virtual:"), "ours": (TMP / "oracle-ours", "virtual-usb:")}


def run(folder, prefix, directory):
    """When each line of the script was answered, and what went over the bus."""
    script, trace = directory / "script", directory / "trace"
    script.write_text(SCRIPT)
    trace.unlink(missing_ok=True)
    environment = dict(os.environ, QHYCCD_DEVICES=prefix + "QHY600M?scene=xy", QHYCCD_TRACE=str(trace),
                       LD_LIBRARY_PATH=str(folder), HOME=str(directory))
    program = TMP / "oracle-ours" / "scenario"
    times = []
    start = time.perf_counter()
    with subprocess.Popen(["stdbuf", "-oL", program, script], cwd=directory, env=environment, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        for line in process.stdout:
            if line.split()[0] in SCRIPT.split():
                times.append((line.split()[0], time.perf_counter() - start))
    if process.returncode:
        sys.exit(f"{folder.name} ended with {process.returncode}")
    events = [json.loads(line)["ev"] for line in trace.read_text().splitlines()]
    shots = [t for name, t in times if name == "shot"]
    return {
        "first frame, s": shots[0],
        "next frame, s": shots[1] - shots[0],
        "whole run, s": time.perf_counter() - start,
        "control requests": events.count("ctl"),
        "bulk reads": events.count("bulk") + sum(e == "submit" for e in events) * ("bulk" not in events),
    }


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    results = {name: [] for name in LIBRARIES}
    with tempfile.TemporaryDirectory() as directory:
        for _ in range(rounds):
            for name, (folder, prefix) in LIBRARIES.items():
                results[name].append(run(folder, prefix, Path(directory)))
    print("| | vendor's | ours | ratio |\n|---|---|---|---|")
    for key in results["ours"][0]:
        theirs, ours = (statistics.median(r[key] for r in results[n]) for n in ("theirs", "ours"))
        print(f"| {key} | {theirs:.4g} | {ours:.4g} | {theirs / ours:.1f} |")


if __name__ == "__main__":
    main()
