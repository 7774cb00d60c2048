#!/usr/bin/env python3
"""The driver verifier: drivers/verified.c, built with mingw-w64's own kit once for each planted
bug, is stopped by the right bugcheck that names it; without a bug it passes, and without the
verifier bugs that only forced IRQL checking finds do no harm. Pagoda's own drivers pass with all
options."""
# timeout: 600

import os
import re

from harness import main, vm

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = open(os.path.join(HERE, "drivers", "verified.c")).read()

# BUG: (what, code, parameters that must be so, None for any)
BUGS = {
    1: ("PAGE code called at DISPATCH_LEVEL", 0xD3, (None, 2)),
    2: ("PAGEDATA touched under a spin lock", 0xD3, (None, 2)),
    3: ("spin lock released to a higher IRQL", 0xC4, (0x31, 2, 3)),
    4: ("paged pool touched at DISPATCH_LEVEL", 0xD1, (None, 2, 0)),
    5: ("paged pool allocated at DISPATCH_LEVEL", 0xC4, (0x01, 2, 1, 40)),
    6: ("fast mutex at DISPATCH_LEVEL", 0xC4, (0x33, 2)),
    7: ("section locked at DISPATCH_LEVEL", 0xC4, (0x20019,)),
    8: ("wait at DISPATCH_LEVEL", 0xC4, (0x3B, 2)),
    9: ("KeRaiseIrql lowers", 0xC4, (0x30, 2, 1)),
    10: ("KeLowerIrql raises", 0xC4, (0x31, 2, 31)),
    11: ("zero bytes of pool", 0xC4, (0x00, 0, 0)),
    12: ("free of what is no pool", 0xC4, (0x10,)),
    13: ("double free", 0xC4, (0x13,)),
    14: ("spin lock released at PASSIVE_LEVEL", 0xC4, (0x32, 0)),
    15: ("fast mutex released at PASSIVE_LEVEL", 0xC4, (0x34, 0)),
    16: ("spin lock acquired twice", 0x0F, ()),
    17: ("raised through MmGetSystemRoutineAddress", 0xD3, (None, 2)),
    18: ("spin lock taken by PAGE code", 0xD3, (None, 2)),
    19: ("spin lock in PAGEDATA", 0xC4, (0xE1,)),
    20: ("AtDpcLevel at PASSIVE_LEVEL", 0xC4, (0x40, 0)),
}
# The same, found when the driver is unloaded
LEFT = {
    21: ("pool left", 0xC4, (0x62, None, 0, 1)),
    22: ("timer left", 0xC7, (0,)),
    23: ("section left locked", 0xC4, (0x100001,)),
    24: ("thread left", 0xCE, ()),
}
HARMLESS = (1, 2, 4, 17, 18)  # without the verifier, while nothing is paged out
KEY = r"\Registry\Machine\System\CurrentControlSet\Control\Session Manager\Memory Management"


def stopped(machine, line):
    """Runs a command that must stop the machine; the stop line's code, parameters and culprit."""
    try:
        machine.send(line + "\r")
        while True:
            machine.wait_event("never")
    except vm.Gone:
        pass
    except vm.TimeUp:
        return None
    match = re.search(r"STOP: 0x(\w{8}) \(0x(\w+),0x(\w+),0x(\w+),0x(\w+)\) \S+ ([^+]+)\+",
                      machine.text())
    return match and ([int(match.group(i), 16) for i in range(1, 6)], match.group(6))


def body(t):
    flags = None
    for bug in (0, *BUGS, *LEFT):
        t.driver(f"verified{bug}", SOURCE, defines=[f"BUG={bug}"])
    files = [t.path(f"verified{bug}.sys") for bug in (0, *HARMLESS)]
    with t.machine(drivers=files) as machine:
        t.check("settings, nothing chosen",
                "drivers  none" in t.command(machine, "verifier /querysettings"))
        for bug in HARMLESS:
            text = t.command(machine, f"load verified{bug}.sys")
            t.check(f"unverified: {BUGS[bug][0]}", "verified: done" in text, text)
        for line in ("verifier", "verifier /flags", "verifier /driver", "verifier /flags z /all",
                     "verifier /flags 0x10000 /all", "verifier /flags 64 /all"):
            got, text = machine.command(line)
            t.check(f"{line}: refused", got != 0, text)
        text = t.command(machine, "verifier /standard /driver verified0.sys")
        flags = re.search(r"flags +(0x\w+)", text)
        t.require("standard flags", flags is not None, text)
        flags = flags.group(1)
        text = t.command(machine, "load verified0.sys")
        t.check("no bug: passes", "verified: done" in text, text)
        text = t.command(machine, "verifier /query")
        row = re.search(r"^verified0.sys loaded.*\n +RaiseIrqls (\d+) +AcquireSpinLocks (\d+) .*"
                        r"Trims (\d+)\n +AllocationsAttempted (\d+) +AllocationsSucceeded (\d+)",
                        text, re.M)
        t.check("counters", row and all(int(value) >= 2 for value in row.groups()), text)
        t.check("only the chosen one is listed",
                len(re.findall(r"loads \d+, unloads", text)) == 1, text)
        text = t.command(machine, "unload verified0")
        t.check("unloads", "verified: unloaded" in text, text)
        t.command(machine, "verifier /reset")
        t.check("reset", "drivers  none" in t.command(machine, "verifier /querysettings"))
        machine.shutdown()
    for bug, (what, code, wanted) in (*BUGS.items(), *LEFT.items()):
        with t.machine(drivers=[t.path(f"verified{bug}.sys")], timeout=40,
                       cmdline=f"verifier={flags}:verified{bug}.sys") as machine:
            if bug in LEFT:
                t.command(machine, f"load verified{bug}.sys")
            got = stopped(machine, f"{'unload' if bug in LEFT else 'load'} verified{bug}"
                                   f"{'' if bug in LEFT else '.sys'}")
            t.check(what, got and got[0][0] == code and got[1] == f"verified{bug}.sys" and
                    all(want in (None, have) for want, have in zip(wanted, got[0][1:])),
                    machine.text()[-1500:])
            if bug == 21:
                t.check("the allocation is named", re.search(
                    r"left 123 bytes of nonpaged pool at \w+, tag Leak, allocated at verified21",
                    machine.text()), machine.text()[-1500:])
    kept = t.path("kept.img")
    with t.machine() as machine:
        t.command(machine, "verifier /flags 0x8 /driver kbdclass verified0.sys")
        machine.shutdown()
        machine.close(keep=kept)
    with t.machine(disk=kept) as machine:
        text = t.command(machine, "verifier /querysettings") + t.command(machine, "verifier /query")
        t.check("the choice is there after a restart, and counts", "flags    0x00000008" in text and
                "kbdclass.sys loaded, flags 0x00000008" in text, text)
        machine.shutdown()
    with t.machine(cmdline=f"verifier={flags}:*", timeout=200) as machine:
        text = t.command(machine, "test")
        t.check("all drivers verified: every test passes", "not ok" not in text, text[-3000:])
        text = t.command(machine, "verifier /query")
        for name in ("atapi.sys", "fastfat.sys", "i8042prt.sys"):
            t.check(f"{name} is verified from the start", f"{name} loaded" in text, text)
        machine.shutdown()


main(body)
