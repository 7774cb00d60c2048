#!/usr/bin/env python3
"""The console: every command answers, a failed one ends with the error line of the contract and
its status on the debug console; lines are edited and recalled; `test` fails when a driver prints
`not ok`, no plan, or another number of points than it planned."""

import re

from harness import main

COMMANDS = ("help", "dir", "type", "copy", "del", "ren", "sc", "load", "unload", "drivers",
            "sections", "trim", "vm", "pool", "ps", "irp", "obj", "dev", "test",
            "bench", "crash", "keyboard", "verifier", "shutdown")
WORKS = ("help", "help sc", "dir", r"dir C:\Pagoda\System32\drivers\*.sys", "sc query", "drivers",
         "sections ntoskrnl", "sections fastfat.sys", "trim", "trim fastfat", "vm", "pool",
         "pool Irp*", "ps", "irp", "obj", r"obj \Device", "dev", "keyboard on", "")
FAILS = (("nonsense", 0xC0000002), ("help nonsense", 0xC0000002), ("type", 0xC000000D),
         ("load", 0xC000000D), ("load nothing.sys", 0xC0000034), ("unload nothing", 0xC0000034),
         ("unload fastfat", 0xC0000010), ("sections nothing", 0xC0000034),
         ("trim nothing", 0xC0000034), (r"type C:\Pagoda", 0xC00000BA),
         (r"dir C:\nothing", 0xC0000034), ("sc start nothing", 0xC0000034),
         ("sc create", 0xC000000D), (r"sc create a\b", 0xC0000033),
         ("sc delete nothing", 0xC0000034), (r"obj \nothing", 0xC0000034),
         ("keyboard maybe", 0xC000000D), ("crash maybe", 0xC000000D),
         ("test nothing", 0xC0000225), ("bench nothing", 0xC0000225))
ERROR = re.compile(r"^error: .+: .+ \(STATUS_\w+ 0x([0-9A-F]{8})\)$", re.M)

TAP = """
#include <ntddk.h>
static VOID NTAPI Unload(PDRIVER_OBJECT Driver)
{
}
NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT Driver, PUNICODE_STRING Path)
{
    Driver->DriverUnload = Unload;
    DbgPrint(%s);
    return %s;
}
"""
# name: (what it prints, what DriverEntry returns, whether `test` must be content)
DRIVERS = {
    "test_good": (r'"1..2\nok 1 - a\nok 2 - b\n"', "STATUS_SUCCESS", True),
    "test_late": (r'"ok 1\n1..1"', "STATUS_SUCCESS", True),
    "test_bad": (r'"1..2\nok 1 - a\nnot ok 2 - b\n"', "STATUS_SUCCESS", False),
    "test_noplan": (r'"ok 1 - a\n"', "STATUS_SUCCESS", False),
    "test_short": (r'"1..2\nok 1 - a\n"', "STATUS_SUCCESS", False),
    "test_refuses": (r'"1..1\nok 1 - a\n"', "STATUS_UNSUCCESSFUL", False),
}


def body(t):
    drivers = [t.driver(name, TAP % (prints, result))
               for name, (prints, result, _) in DRIVERS.items()]
    with t.machine(drivers=drivers) as machine:
        said = t.command(machine, "help")
        t.check("help names every command",
                all(re.search(rf"^{name}\b", said, re.M) for name in COMMANDS), said)
        for command in WORKS:
            status, said = machine.command(command)
            t.check(f"`{command}` works", status == 0 and "error:" not in said,
                    f"{status:08X}\n{said}")
        for command, wanted in FAILS:
            status, said = machine.command(command)
            errors = ERROR.findall(said)
            t.check(f"`{command}` fails with its status and line",
                    status == wanted and errors and int(errors[-1], 16) == wanted,
                    f"{status:08X}\n{said}")

        for name, (_, _, good) in DRIVERS.items():
            status, said = machine.command(f"test {name}")
            t.check(f"test {name}: {'passes' if good else 'fails'}",
                    status == 0 if good else status & 0x80000000 and ERROR.search(said),
                    f"{status:08X}\n{said}")
            said = t.command(machine, "drivers")
            t.check(f"test {name}: unloaded again", name not in said, said)

        def typed(keys, wanted):
            machine.send(keys)
            status = machine.wait_event("result")[1]
            machine.wait_event("ready")
            t.check(f"typing {keys!r}", status == 0 and wanted in machine.text().splitlines()[-2],
                    machine.text()[-300:])

        typed("sc queryx\x7f\x08y disk\r", "disk ")
        typed("sc query atapi\r", "atapi ")
        typed("\x1b[A\x1b[A\r", "disk ")
        typed("\x1b[A\x1b[A\x1b[B\r", "disk ")
        typed("rubbish\x15sc query fastfat\r", "fastfat ")
        typed('sc "query"   kbdclass\r', "kbdclass ")
        machine.shutdown()


main(body)
