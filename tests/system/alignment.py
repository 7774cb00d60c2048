#!/usr/bin/env python3
"""Drivers whose sections are aligned below a page, or above it: they load, their pages leave and
come back, what shares a page stays. And many loads one after another, which must leave nothing."""

import os
import re

from harness import main, sections

SOURCE = open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "drivers", "pager.c")).read()
ALIGNMENTS = (0x20, 0x80, 0x2000)
LOADS = 20


def body(t):
    drivers = [t.driver(f"align{value:x}", SOURCE,
                        extra=[f"-Wl,--section-alignment,{value}",
                               f"-Wl,--file-alignment,{min(value, 0x200)}"])
               for value in ALIGNMENTS]
    with t.machine(drivers=drivers) as machine:
        for value in ALIGNMENTS:
            name = f"align{value:x}"
            t.command(machine, f"load {name}.sys")
            t.command(machine, f"trim /out {name}")
            table = sections(t.command(machine, f"sections {name}"))
            t.check(f"aligned to 0x{value:x}: whole pages of PAGEDATA leave",
                    table.get("PAGEDATA", {}).get("out", 0) >= 3, table)
            t.check(f"aligned to 0x{value:x}: .text stays",
                    table[".text"]["resident"] == table[".text"]["pages"], table)
            text = t.command(machine, f"unload {name}")
            t.check(f"aligned to 0x{value:x}: they come back", "0 words of" in text, text)

        def figures():
            text = t.command(machine, "vm")
            return [re.search(rf"^{row}\s+(\d+)", text, re.M).group(1)
                    for row in ("committed", "ptes", "slots")]

        name = f"align{ALIGNMENTS[0]:x}"
        t.command(machine, f"load {name}.sys")
        t.command(machine, f"unload {name}")
        before = figures()
        for _ in range(LOADS):
            t.command(machine, f"load {name}.sys")
            t.command(machine, f"unload {name}")
        t.check(f"{LOADS} loads leave no commit, no addresses, no slots", figures() == before,
                f"{before} {figures()}")
        machine.shutdown()


main(body)
