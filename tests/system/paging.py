#!/usr/bin/env python3
"""A running driver's file is deleted, its pages go out to the page file and come back; what went
out is found in pagefile.sys on the kept disk."""

import os
import struct

from harness import main, sections, vm

SOURCE = open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "drivers", "pager.c")).read()
FILE = r"C:\Pagoda\System32\drivers\pager.sys"
WORDS = 4096


def pattern():
    return b"".join(struct.pack("<I", 0x45474150 ^ (index * 2654435761 & 0xFFFFFFFF))
                    for index in range(WORDS))


def pageable(table):
    return {name: row for name, row in table.items() if row["kind"] == "P"}


def check_sums(t, what, table):
    for name, row in table.items():
        total = sum(row[column] for column in
                    ("resident", "modified", "standby", "out", "discarded"))
        t.check(f"{what}: the pages of {name} add up", total == row["pages"], row)


def body(t):
    kept = t.path("kept.img")
    machine = t.machine(drivers=[t.driver("pager", SOURCE)])
    try:
        t.command(machine, "load pager.sys")
        table = sections(t.command(machine, "sections pager"))
        t.check("PAGE and PAGEDATA are pageable, .text is not, INIT is gone",
                table.get("PAGE", {}).get("kind") == "P"
                and table.get("PAGEDATA", {}).get("kind") == "P"
                and table.get(".text", {}).get("kind") == "N"
                and table.get("INIT", {}).get("discarded") == table.get("INIT", {}).get("pages"),
                table)
        check_sums(t, "loaded", table)

        t.command(machine, f"del {FILE}")
        status, text = machine.command(f"del {FILE}")
        t.check("the file of the running driver is deleted", status == 0xC0000034, text)

        t.command(machine, "trim pager")
        table = sections(t.command(machine, "sections pager"))
        t.check("trim: every pageable page is on standby with a slot",
                all(row["standby"] == row["slots"] == row["pages"]
                    for row in pageable(table).values()) and pageable(table), table)
        check_sums(t, "trimmed", table)

        t.command(machine, "trim /out pager")
        table = sections(t.command(machine, "sections pager"))
        t.check("trim /out: every pageable page is out",
                all(row["out"] == row["slots"] == row["pages"]
                    for row in pageable(table).values()), table)
        t.check("nonpaged sections stay resident",
                all(row["resident"] == row["pages"]
                    for row in table.values() if row["kind"] == "N"), table)
        check_sums(t, "out", table)

        text = t.command(machine, "unload pager")
        t.check("the pages come back as they were", f"pager: 0 words of {WORDS} wrong" in text, text)
        status, text = machine.command("sections pager")
        t.check("after unload it is gone", status & 0x80000000, text)
        machine.shutdown()
    finally:
        machine.close(keep=kept)

    pagefile = vm.get_file(kept, "pagefile.sys")
    pages = [pattern()[at:at + 4096] for at in range(0, 4 * WORDS, 4096)]
    # PagerWords need not start on a page: look for runs that lie within one.
    found = sum(page[512:1024] in pagefile for page in pages)
    t.check("the bytes of the paged-out pages are in pagefile.sys", found == len(pages),
            f"{found} of {len(pages)}")
    listing = vm.mtools("mdir", "-b", "-i", vm.volume(kept), "::/Pagoda/System32/drivers").decode()
    t.check("the driver's file is not on the disk", "pager.sys" not in listing, listing)


main(body)
