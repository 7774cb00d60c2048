#!/usr/bin/env python3
"""What a driver leaves behind, or does that only its unloading or an MDL shows: timers and threads
of an unloaded driver, a section left locked, an MDL unlocked twice, the kernel made to touch what
is paged out. tests/kernel/crash/crash.c does it, under one name for each."""
# timeout: 300

import os
import re
import shutil

from harness import main, vm

HEX = "0x([0-9A-F]{8})"
LINE = re.compile(rf"^\*\*\* STOP: {HEX} \({HEX},{HEX},{HEX},{HEX}\) (\S+) (\S+) (\S+)$", re.M)

# KIND: (what, code, parameters that must be so)
STOPS = {
    "kerneltouch": ("paged-out pool touched by the kernel at DISPATCH_LEVEL", 0x0A, {2: 2, 3: 0}),
    "writeconst": ("write to constants", 0xBE, {}),
    "mdl": ("an MDL unlocked twice", (0x4E, 0x76), {}),
    "latedpc": ("a timer left behind", (0xD4, 0xCE), {}),
    "latethread": ("a thread left behind", 0xCE, {}),
}


def copy(t, kind):
    target = t.path(f"crash_{kind}.sys")
    shutil.copy(os.path.join(vm.BUILD, "drivers", "crash.sys"), target)
    return target


def stop(t, kind):
    what, codes, parameters = STOPS[kind]
    codes = codes if isinstance(codes, tuple) else (codes,)
    with t.machine(drivers=[copy(t, kind)], timeout=40) as machine:
        try:
            machine.command(f"load crash_{kind}.sys")
            machine.command(f"unload crash_{kind}")
            while True:
                machine.wait_event("never")
        except (vm.Gone, vm.TimeUp) as end:
            text = machine.text()
            match = LINE.search(text)
            if not t.check(f"{what}: bugcheck", match, f"{end}\n{text[-1500:]}"):
                return
    fields = [int(field, 16) for field in match.groups()[:5]]
    t.check(f"{what}: code and parameters",
            fields[0] in codes and all(fields[n] == value for n, value in parameters.items()),
            match.group())
    if kind.startswith("late"):
        t.check(f"{what}: names the driver that is gone", f"crash_{kind}.sys" in text,
                text[-1500:])


def body(t):
    with t.machine(drivers=[copy(t, "leavelocked")]) as machine:
        t.command(machine, "load crash_leavelocked.sys")
        text = t.command(machine, "unload crash_leavelocked")
        t.check("a section left locked is named at unload",
                re.search(r"crash_leavelocked\.sys: unloaded with section PAGEDATA locked 1 time",
                          text), text)
        t.command(machine, "load crash_leavelocked.sys")
        t.command(machine, "unload crash_leavelocked")
        machine.shutdown()
    for kind in STOPS:
        stop(t, kind)


main(body)
