#!/usr/bin/env python3
"""Every row of the table of refusals: the status, the words, and nothing left behind."""

import difflib
import os
import re

from harness import main
from pefile import Image

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = open(os.path.join(HERE, "drivers", "plain.c")).read()
EXPORTER = """#include <ntddk.h>
NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT d, PUNICODE_STRING r) { return STATUS_SUCCESS; }
ULONG NTAPI LibraryRoutine(VOID);
ULONG NTAPI LibraryRoutine(VOID) { return 7; }
"""
IMPORTER = """#include <ntddk.h>
__attribute__((dllimport)) ULONG NTAPI LibraryRoutine(VOID);
NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT d, PUNICODE_STRING r)
{ return LibraryRoutine() == 7 ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL; }
"""
CIRCLE = """#include <ntddk.h>
__attribute__((dllimport)) ULONG NTAPI Other(VOID);
NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT d, PUNICODE_STRING r) { return STATUS_SUCCESS; }
ULONG NTAPI Mine(VOID);
ULONG NTAPI Mine(VOID) { return Other(); }
"""

LARGE = """
__attribute__((used)) static char large[%d << 20];
"""


def spoil(t, name, base, change):
    """A spoiled copy of an image, without checksum."""
    image = Image(base).no_checksum()
    change(image)
    return t.write(name, image.bytes())


def rename_import(image, old, new):
    at = image.data.index(old + b"\0")
    image.data[at:at + len(old)] = new


def import_by_ordinal(image, ordinal):
    """Makes the first import of the first DLL one by number."""
    descriptor = image.offset(image.u32(image.directory(1)))
    for thunks in (image.u32(descriptor), image.u32(descriptor + 16)):
        image.put32(image.offset(thunks), 0x80000000 | ordinal)


def prepare(t):
    """[(console command, status, words in the message)], drivers."""
    base = open(t.driver("plain", SOURCE), "rb").read()
    drivers = [t.path("plain.sys")]
    rows = [("load nothere.sys", 0xC0000034, ["nothere.sys"])]

    def add(name, change, status, *words):
        drivers.append(spoil(t, name, base, change))
        rows.append((f"load {name}", status, [name, *words]))

    add("notmz.sys", lambda i: i.put16(0, 0x1234), 0xC000012F)
    add("pe64.sys", lambda i: i.put16(i.optional, 0x20B), 0xC000035A)
    add("nosign.sys", lambda i: i.put32(i.pe, 0x12345678), 0xC000007B)
    add("arm.sys", lambda i: i.put16(i.pe + 4, 0x1C0), 0xC000007B)
    add("gui.sys", lambda i: i.put16(i.optional + 68, 2), 0xC000007B)
    add("cut.sys", lambda i: i.data.__delitem__(slice(len(i.data) // 2, None)), 0xC000007B)
    add("badsum.sys", lambda i: i.put32(i.optional + 64, 0x11111), 0xC0000221)
    add("nodll.sys", lambda i: rename_import(i, b"ntoskrnl.exe", b"notthere.exe"), 0xC0000135,
        "notthere.exe")
    add("noname.sys", lambda i: rename_import(i, b"ExFreePoolWithTag", b"ExFreePoolWithBug"),
        0xC0000263, "ntoskrnl.exe", "ExFreePoolWithBug")
    add("noord.sys", lambda i: import_by_ordinal(i, 0xFFF0), 0xC0000262, "ntoskrnl.exe")

    def fixed(image):  # relocations stripped, and the base is the kernel's own
        image.put16(image.pe + 22, image.u16(image.pe + 22) | 1)
        image.put32(image.directory(5), 0).put32(image.directory(5) + 4, 0)
        image.put32(image.optional + 28, 0x80100000)
    add("fixed.sys", fixed, 0xC0000018)

    t.driver("says", SOURCE, defines=["STATUS=0xC0000999"])
    drivers.append(t.path("says.sys"))
    rows.append(("load says.sys", 0xC0000999, ["says.sys"]))

    t.driver("lib", EXPORTER, dll="LIBRARY lib.sys\nEXPORTS\n LibraryRoutine@0\n")
    drivers.append(t.driver("needs", IMPORTER, links=["-llib"]))
    rows.append(("load needs.sys", 0xC0000135, ["needs.sys", "lib.sys"]))

    for name, other in (("circlea", "circleb"), ("circleb", "circlea")):
        definition = f"LIBRARY {name}.sys\nEXPORTS\n {name.capitalize()}@0\n"
        t.write(name + ".def", definition)
        os.system(f"i686-w64-mingw32-dlltool -k -d {t.path(name)}.def -l {t.path('lib' + name)}.a")
    for name, other in (("circlea", "circleb"), ("circleb", "circlea")):
        source = CIRCLE.replace("Other", other.capitalize()).replace("Mine", name.capitalize())
        drivers.append(t.driver(name, source, links=["-l" + other],
                                dll=f"LIBRARY {name}.sys\nEXPORTS\n {name.capitalize()}@0\n"))
    rows.append(("load circlea.sys", 0xC000007B, ["circlea.sys"]))

    # 24 MiB of memory and 32 of page file: more than memory, more than both.
    for name, mib, status in (("huge", 40, 0xC000009A), ("vast", 60, 0xC000012D)):
        drivers.append(t.driver(name, SOURCE + LARGE % mib))
        rows.append((f"load {name}.sys", status, [f"{name}.sys"]))
    return rows, drivers


def held(t, machine):
    """What must be the same before and after: the module list, pool by tag (but for the lines that
    the console remembers), commit, page-file slots, PTEs, objects and handles."""
    drivers = t.command(machine, "drivers")
    pool = re.sub(r"(?m)^KCnl .*$", "", t.command(machine, "pool"))
    memory = re.findall(r"(?m)^(committed +\d+|slots +\d+|ptes +\d+)", t.command(machine, "vm"))
    objects = re.findall(r"(?m)^\d+ objects and \d+ handles", t.command(machine, "obj"))
    lines = [*drivers.splitlines(), *pool.splitlines(), *memory, *objects]
    return [line for line in lines if line.strip() and not line.startswith("pagoda> ")]


def refuse(t, machine, rows):
    for command, expected, words in rows:
        status, text = machine.command(command)
        t.check(f"{command}: 0x{expected:08X}", status == expected, f"0x{status:08X}\n{text}")
        last = [line for line in text.splitlines() if line.startswith("error:")]
        t.check(f"{command}: the line names {', '.join(words)}",
                last and all(word.lower() in text.lower() for word in words)
                and f"0x{expected:08X}" in last[-1], text)


def body(t):
    rows, drivers = prepare(t)
    with t.machine(drivers=drivers, memory=24, timeout=120) as machine:
        t.command(machine, "load plain.sys")
        status, text = machine.command("load plain.sys")
        t.check("loaded already", status == 0xC000010E and "plain.sys" in text, text)
        t.command(machine, "unload plain")
        refuse(t, machine, rows)    # once for what is kept for the next time: caches, symbols
        for row in rows:
            t.command(machine, "trim /out")
            before = held(t, machine)
            machine.command(row[0])
            t.command(machine, "trim /out")
            after = held(t, machine)
            t.check(f"{row[0]}: leaves nothing behind", before == after,
                    "\n".join(difflib.unified_diff(before, after, lineterm="", n=0)))
        text = t.command(machine, "load plain.sys")
        text = t.command(machine, "unload plain")
        t.check("a good driver still loads and unloads", "plain: unloaded" in text, text)
        machine.shutdown()


main(body)
