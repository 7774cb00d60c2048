#!/usr/bin/env python3
"""The pageable-section routines as a driver sees them: test_sections.sys (tests/kernel/sections)
prints a TAP point for each thing a driver writer may rely on; its file is deleted before its pages
leave. Run with NX and without, with little memory and with more."""

import os
import re

from harness import main, vm

DRIVERS = [os.path.join(vm.BUILD, "drivers", name) for name in ("test_sections.sys", "mmlib.sys")]


def body(t):
    for cpu, memory in (("max", 64), ("qemu32", 16)):
        where = f"{cpu}, {memory} MiB"
        with t.machine(drivers=DRIVERS, cpu=cpu, memory=memory) as machine:
            text = t.command(machine, "load test_sections.sys")
            text += t.command(machine, "trim /out test_sections")
            for name in ("test_sections.sys", "mmlib.sys"):
                text += t.command(machine, rf"del C:\Pagoda\System32\drivers\{name}")
            text += t.command(machine, "unload test_sections")
            found = re.findall(r"^(ok|not ok) \d+ - (.*)$", text, re.M)
            for verdict, what in found:
                t.check(f"{where}: {what}", verdict == "ok", text[-3000:])
            t.check(f"{where}: the plan is kept", f"\n1..{len(found)}\n" in text, text[-3000:])
            machine.shutdown()


main(body)
