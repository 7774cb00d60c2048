#!/usr/bin/env python3
"""A short `make stress`: 16 MiB of memory, more than ten times as much in use. Nothing is lost, nothing
is left behind, nobody waits long. tools/stress.py says more."""
# timeout: 300

import importlib.util
import os

from harness import ROOT, main

SEED, SECONDS, MEMORY = 7, 20, 16


def body(t):
    path = os.path.join(ROOT, "tools", "stress.py")  # this file has the same name
    spec = importlib.util.spec_from_file_location("tools_stress", path)
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    for what, good, detail in tool.stress(MEMORY, SEED, SECONDS):
        t.check(f"{MEMORY} MiB: {what}", good, detail)


main(body)
