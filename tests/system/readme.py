#!/usr/bin/env python3
"""The README tells the truth: its driver builds with its command line, its commands succeed, and each
line of output it shows appears, in order."""

import os
import re
import subprocess

from harness import ROOT, main

PROMPT = "pagoda> "


def blocks(text):
    """Indented blocks of the README, as lists of lines without the indentation."""
    block = []
    for line in text.splitlines() + ["end"]:
        if line.startswith("    "):
            block.append(line[4:])
        elif block:
            yield block
            block = []


def run(t, *command):
    return subprocess.run(command, cwd=t.folder, capture_output=True, text=True, timeout=100)


def body(t):
    with open(os.path.join(ROOT, "README.md")) as file:
        text = file.read()
    tour = [line for block in blocks(text) if block[0].startswith(PROMPT) for line in block
            if line.strip() != PROMPT.strip()]
    commands = [line[len(PROMPT):] for line in tour if line.startswith(PROMPT)]
    t.check("the tour has commands", len(commands) > 10)
    done = run(t, os.path.join(ROOT, "tools/pagoda"), "exec", "--", *commands)
    t.check("every command of the tour succeeds", done.returncode == 0, done.stdout + done.stderr)
    shown = [re.sub(r"\s+", " ", line) for line in done.stdout.splitlines()]
    at = 0
    for line in tour:
        wanted = re.sub(r"\s+", " ", line)
        found = next((i for i in range(at, len(shown)) if shown[i] == wanted), None)
        if found is None:
            t.check(f"the tour's output: {line}", False, done.stdout)
            return
        at = found + 1
    t.check("the tour's output is as shown, in order", True)

    with open(t.path("hello.c"), "w") as file:
        file.write(re.search(r"```c\n(.*?)```", text, re.S).group(1))
    build = next("\n".join(block) for block in blocks(text) if "-o hello.sys" in "\n".join(block))
    build = build.replace("tools/pagoda", os.path.join(ROOT, "tools/pagoda"))
    made = run(t, "sh", "-ec", build)
    t.check("its own driver builds and runs", made.returncode == 0, made.stdout + made.stderr)
    t.check("its paged code ran again after it was out",
            "paged code called 2 times" in made.stdout, made.stdout)


main(body)
