#!/usr/bin/env python3
"""What stays and what goes on the way to the page file: its drivers lock their PAGExxxx sections
while a page file is in use and not without one; the kernel's own pageable sections leave and come
back. Without a page file nothing leaves memory; with DisablePagingExecutive drivers and the kernel
stay."""

import os
import re
import subprocess

from harness import ROOT, main, sections, vm

HIVE = "Pagoda/System32/config"
LOCKED = {"fastfat": "PAGEFFAT", "disk": "PAGEDISK", "atapi": "PAGEIDE"}
NO_PAGE_FILE = (r'"PagingFiles"=.*\n', "")
STAY = ('("DisablePagingExecutive"=dword:)00000000', r"\g<1>00000001")


def settings(t, name, pattern, replacement):
    """A disk and boot modules whose hives are made of tools/system.reg, changed."""
    with open(os.path.join(ROOT, "tools", "system.reg")) as file:
        text = file.read()
    changed = re.sub(pattern, replacement, text)
    assert changed != text
    source, hive, disk = t.write(name + ".reg", changed), t.path("SYSTEM"), t.path(name + ".img")
    subprocess.run([os.path.join(ROOT, "tools", "mkhive"), hive, source], check=True)
    vm.copy_sparse(os.path.join(vm.BUILD, "disk.img"), disk)
    vm.put_file(disk, hive, HIVE)
    drivers = [os.path.join(vm.BUILD, "drivers", driver) for driver in vm.BOOT_DRIVERS]
    return {"disk": disk, "modules": drivers + [hive]}


def check_locks(t, machine, locked):
    for driver, name in LOCKED.items():
        row = sections(t.command(machine, f"sections {driver}"))[name]
        t.check(f"{driver} has {'locked' if locked else 'not locked'} {name}",
                (row["locks"] > 0) == locked and (row["out"] == 0 or not locked), row)


def body(t):
    with t.machine() as machine:
        check_locks(t, machine, True)
        t.command(machine, "trim /out")
        check_locks(t, machine, True)
        for driver in LOCKED:
            row = sections(t.command(machine, f"sections {driver}"))["PAGE"]
            t.check(f"PAGE of {driver} goes out", row["out"] == row["slots"] == row["pages"], row)
        table = sections(t.command(machine, "sections ntoskrnl"))
        t.check("the kernel's PAGE goes out, but for what prints this",
                table["PAGE"]["kind"] == "P" and table["PAGE"]["out"] > table["PAGE"]["pages"] / 2
                and table["PAGE"]["slots"] == table["PAGE"]["pages"], table)
        t.check("the kernel's tests go out", table["PAGETEST"]["out"] == table["PAGETEST"]["pages"],
                table)
        t.check("the kernel's nonpaged sections stay, its INIT is gone",
                table[".text"]["resident"] == table[".text"]["pages"]
                and table["INIT"]["discarded"] == table["INIT"]["pages"], table)
        text = t.command(machine, "test ex_*")
        t.check("what was out runs", "not ok" not in text, text)
        after = sections(t.command(machine, "sections ntoskrnl"))
        t.check("and is in memory again",
                after["PAGETEST"]["out"] < table["PAGETEST"]["out"], after)
        machine.shutdown()

    off = settings(t, "nopagefile", *NO_PAGE_FILE)
    with t.machine(**off) as machine:
        check_locks(t, machine, False)
        t.command(machine, "trim /out", 0xC00000A3)  # there is nowhere for the pages to go
        table = sections(t.command(machine, "sections ntoskrnl"))
        t.check("without a page file nothing leaves memory",
                all(row["out"] == row["slots"] == 0 for row in table.values()), table)
        machine.shutdown()

    stay = settings(t, "stay", *STAY)
    with t.machine(**stay) as machine:
        t.command(machine, "trim /out")
        for image in ("ntoskrnl", "fastfat", "kbdclass"):
            table = sections(t.command(machine, f"sections {image}"))
            t.check(f"DisablePagingExecutive: {image} stays",
                    all(row["resident"] + row["discarded"] == row["pages"]
                        for row in table.values()), table)
        machine.shutdown()


main(body)
