#!/usr/bin/env python3
"""The file system as a driver sees it: tests/kernel/fattest prints a TAP point for each answer the
file system owes a driver. Afterwards fsck.fat finds the volume clean, and it boots again."""

import os
import re

from files import fsck
from harness import main, vm


def body(t):
    kept = t.path("kept.img")
    machine = t.machine(drivers=[os.path.join(vm.BUILD, "drivers", "fattest.sys")])
    try:
        text = t.command(machine, "load fattest.sys")
        for verdict, what in re.findall(r"^(ok|not ok) \d+ - (.*)$", text, re.M):
            t.check(what, verdict == "ok", text[-3000:])
        t.check("the plan is kept", re.search(r"^1\.\.\d+$", text, re.M), text[-3000:])
        t.command(machine, "unload fattest")
        machine.shutdown()
    finally:
        machine.close(keep=kept)
    fsck(t, "afterwards", kept)
    with t.machine(disk=kept) as machine:
        t.command(machine, "dir C:\\")
        machine.shutdown()


main(body)
