#!/usr/bin/env python3
"""Boots on machines of several sizes and kinds, from the ISO too; on one that it cannot run on it
says why in one sentence and stops."""

import os

from harness import main, vm


class UefiMachine(vm.Machine):
    """One whose firmware is UEFI; Debian's has 64 bits, so the processor must have them too."""

    def arguments(self, display="none"):
        return ["qemu-system-x86_64", *super().arguments(display)[1:], "-bios",
                "/usr/share/ovmf/OVMF.fd"]


def boots(t, what, kind=vm.Machine, **options):
    with t.machine(kind=kind, **options) as machine:
        status, text = machine.command("vm")
        t.check(f"{what}: prompt, and a command works", status == 0, text)
        machine.shutdown()
        t.check(f"{what}: goes down by itself", machine.process.returncode == 0)


def refuses(t, what, words, **options):
    """The machine must stop and have said so, with one of these words, on COM1 and on screen."""
    machine = vm.Machine(timeout=30, **options)
    try:
        machine.start()
        machine.wait_ready()
        t.check(f"{what}: refuses to run", False, machine.text())
    except vm.Gone as gone:
        said = machine.text()
        t.check(f"{what}: stops", gone.how == "halt", f"{gone}\n{said}")
        good = any(word in said.lower() for word in words)
        t.check(f"{what}: says why on COM1", good, said)
        if gone.how == "halt":
            screen = "\n".join(machine.screen()).lower()
            t.check(f"{what}: says why on screen", any(word in screen for word in words), screen)
    finally:
        machine.close()


def body(t):
    for cpu in ("qemu32", "max"):
        for memory in (16, 64, 3072):
            boots(t, f"{cpu}, {memory} MiB", cpu=cpu, memory=memory)
    boots(t, "qemu32 with NX", cpu="qemu32,+nx")
    iso = os.path.join(vm.BUILD, "pagoda.iso")
    boots(t, "the ISO", iso=iso)
    boots(t, "the ISO under UEFI", kind=UefiMachine, iso=iso, memory=128)

    refuses(t, "no PAE", ("pae",), cpu="qemu32,-pae")
    refuses(t, "4 MiB", ("memory",), memory=4)
    drivers = [os.path.join(vm.BUILD, "drivers", name) for name in vm.BOOT_DRIVERS]
    hive = os.path.join(vm.BUILD, "SYSTEM")
    refuses(t, "no fastfat.sys", ("fastfat",), modules=drivers[:2] + [hive])
    refuses(t, "no hive", ("system",), modules=drivers)
    blank = t.path("blank.img")
    with open(blank, "wb") as file:
        file.truncate(64 << 20)
    refuses(t, "an empty disk", ("volume", "partition", "systemroot"), disk=blank)


main(body)
