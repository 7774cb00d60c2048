#!/usr/bin/env python3
"""Misuse of IRPs and objects ends in the bugcheck NT has for it: drivers/iomisuse.c, built with
mingw-w64's own kit, once for each case."""
# timeout: 300

import os
import re

from harness import main, vm

SOURCE = open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "drivers",
                           "iomisuse.c")).read()

# MISUSE: (what, codes allowed, first parameter or None)
CASES = {
    1: ("no stack location left", (0x35,), None),
    2: ("completed twice", (0x44,), None),
    3: ("completed with a cancel routine", (0x48,), None),
    4: ("completed as pending", (0xC9,), 6),
    5: ("a thread's IRP freed", (0xC9,), 2),
    6: ("dereferenced too often", (0x18, 0xC2), None),
    7: ("completed with no owner", (0xC9,), 0x20A),
    8: ("freed twice", (0x44,), None),
}


def body(t):
    for number, (what, codes, first) in CASES.items():
        name = f"iomisuse{number}"
        driver = t.driver(name, SOURCE, defines=[f"MISUSE={number}"])
        with t.machine(drivers=[driver], timeout=40) as machine:
            try:
                machine.send(f"load {name}.sys\r")
                while True:
                    machine.wait_event("never")
            except vm.Gone as gone:
                match = re.search(r"STOP: 0x(\w{8}) \(0x(\w{8})", machine.text())
                t.check(what, gone.how == "stop" and match and int(match.group(1), 16) in codes
                        and (first is None or int(match.group(2), 16) == first),
                        f"{gone}\n{machine.text()[-1000:]}")
            except vm.TimeUp:
                t.check(what, False, "timeout\n" + machine.text()[-1000:])


main(body)
