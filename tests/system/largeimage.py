#!/usr/bin/env python3
"""Drivers too large for the machine: more nonpaged memory than there is, or than may be promised.
They are refused at once, nothing is left, and one that just fits still loads."""

import re

from harness import main

SOURCE = r"""
#include <ntddk.h>

static char Bytes[MIB * 1024 * 1024];

VOID NTAPI Unload(PDRIVER_OBJECT DriverObject)
{
    DbgPrint("large: %d\n", Bytes[sizeof(Bytes) / 2]);
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    Bytes[sizeof(Bytes) / 2] = 7;
    DriverObject->DriverUnload = Unload;
    return STATUS_SUCCESS;
}
"""
CASES = {10: 0, 20: 0xC000009A, 60: 0xC000012D}  # on 16 MiB with a page file of 32


def committed(t, machine):
    text = t.command(machine, "vm")
    return [re.search(rf"^{row}\s+(\d+)", text, re.M).group(1) for row in ("committed", "ptes")]


def body(t):
    drivers = [t.driver(f"large{mib}", SOURCE, defines=[f"MIB={mib}"]) for mib in CASES]
    with t.machine(drivers=drivers, memory=16) as machine:
        t.command(machine, "load large10.sys")
        t.command(machine, "unload large10")
        before = committed(t, machine)
        for mib, expected in CASES.items():
            status, text = machine.command(f"load large{mib}.sys")
            t.check(f"{mib} MiB: status 0x{expected:08X}", status == expected, text)
            if status == 0:
                text = t.command(machine, f"unload large{mib}")
                t.check(f"{mib} MiB: it worked", "large: 7" in text, text)
            else:
                t.check(f"{mib} MiB: the line says why", f"large{mib}.sys" in text and
                        "not enough memory" in text, text)
        t.check("nothing is left", committed(t, machine) == before, before)
        machine.shutdown()


main(body)
