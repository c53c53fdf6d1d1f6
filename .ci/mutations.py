#!/usr/bin/env python3
"""Shows that the comparison with the vendor's library would notice mistakes.

Takes a copy of the committed tree below target/, makes one small mistake at a time in it,
and runs a fitting part of `cargo test --test oracle`, which must then fail. Prints a
table; the exit code is 1 if a mistake goes unnoticed, 2 if the check itself is broken.

usage: mutations.py [NUMBER...]      (default: all)
"""
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COPY = ROOT / "target" / "mutations"

# What it is, file, text that occurs once, its replacement, scenarios to run.
MUTATIONS = [
    ("exposure time in the wrong byte order", "src/wire/request.rs",
     "bytes[1..5].copy_from_slice(&exposure_us.to_be_bytes());",
     "bytes[1..5].copy_from_slice(&exposure_us.to_le_bytes());", "exposures"),
    ("16-bit fields of commands in the wrong byte order", "src/wire/request.rs",
     "bytes[at..at + 2].copy_from_slice(&value.to_be_bytes());",
     "bytes[at..at + 2].copy_from_slice(&value.to_le_bytes());", "overscan"),
    ("samples in the wrong byte order", "src/camera/plan.rs",
     "(true, ByteOrder::Big) => Sample::U16Be,", "(true, ByteOrder::Big) => Sample::U16Le,", "frames-bins"),
    ("first row one too high", "src/camera/geometry.rs",
     "first_row: (region.y - above + first_at_zero) as u16,",
     "first_row: (region.y - above + first_at_zero + 1) as u16,", "overscan"),
    ("one step of the gain law wrong", "src/model/gain.rs",
     "analogue(2440 + 40 * (gain - 26), 0, 1)", "analogue(2441 + 40 * (gain - 26), 0, 1)", "gains-mono"),
    ("no exposure time in the initialisation", "src/camera/plan.rs",
     "InitStep::Exposure => single,", "InitStep::Exposure => false,", "init-single-mono"),
    ("no firmware version asked at the end", "src/camera/plan.rs",
     "let mut plan = vec![Step::Ask(In::Firmware)];", "let mut plan = vec![];", "open-close"),
    ("wrong value in a register of the GPS", "src/camera/plan.rs",
     "if on { 1 } else { 5 }", "if on { 2 } else { 5 }", "gps"),
    ("cooler target a tenth of a degree off", "src/model/qhy600.rs",
     "target_shift_tenths_c: 7,", "target_shift_tenths_c: 8,", "cooler"),
    ("USB traffic one too high", "src/camera/plan.rs",
     "Command::Traffic(value(ControlId::USB_TRAFFIC) as u8)",
     "Command::Traffic(value(ControlId::USB_TRAFFIC) as u8 + 1)", "traffic"),
]


def git(*arguments):
    subprocess.run(["git", "-C", ROOT, *arguments], check=True, stdout=subprocess.DEVNULL)


def cargo(only, *arguments):
    # The packages of others are built once for this tree and its copy.
    environment = dict(os.environ, CI="true", ORACLE_ONLY=only, RUST_BACKTRACE="0",
                       CARGO_TARGET_DIR=str(ROOT / "target"))
    command = ["cargo", "test", "--quiet", "--locked", "--test", "oracle", *arguments]
    done = subprocess.run(command, cwd=COPY, env=environment, capture_output=True, text=True)
    return done.returncode == 0, done.stdout + done.stderr


def broken(what, output):
    print(f"{what}\n{output[-2000:]}", file=sys.stderr)
    return 2


def check(chosen):
    for only in sorted({mutation[4] for mutation in chosen}):
        good, output = cargo(only)
        if not good:
            return broken(f"`{only}` fails without any mistake", output)
    survivors = 0
    print("| mistake | file | scenarios | noticed by |\n|---|---|---|---|", flush=True)
    for what, name, before, after, only in chosen:
        path = COPY / name
        text = path.read_text()
        if text.count(before) != 1:
            return broken(f"`{before}` occurs {text.count(before)} times in {name}", "")
        path.write_text(text.replace(before, after))
        builds, output = cargo(only, "--no-run")
        if not builds:
            return broken(f"{what}: does not compile", output)
        passes, output = cargo(only)
        path.write_text(text)
        seen = "**nothing**" if passes else evidence(output)
        survivors += passes
        print(f"| {what} | `{name}` | `{only}` | {seen} |", flush=True)
    print(f"\n{len(chosen) - survivors} of {len(chosen)} noticed")
    return 1 if survivors else 0


def evidence(output):
    """What the test said: how much differs, or that a run itself failed."""
    for line in output.splitlines():
        if "that nobody listed" in line:
            return line.strip().rstrip(":")
    return "a run that does not end well"


def main():
    numbers = [int(n) for n in sys.argv[1:]] or range(1, len(MUTATIONS) + 1)
    git("worktree", "add", "--detach", "--force", str(COPY), "HEAD")
    try:
        return check([MUTATIONS[n - 1] for n in numbers])
    finally:
        git("worktree", "remove", "--force", str(COPY))


if __name__ == "__main__":
    sys.exit(main())
