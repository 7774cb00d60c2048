#!/usr/bin/env python3
"""What the registry keeps: a service made at the console is in the hive that hivex reads from the
kept disk, and there after the next start; a damaged or missing hive on the volume is replaced by
the module's copy, which a line says, and the next save makes the volume whole again."""

import re
import subprocess

from harness import main, vm

HIVE = "Pagoda/System32/config/SYSTEM"


def export(t, image):
    path = t.write("SYSTEM", vm.get_file(image, HIVE))
    return subprocess.run(["hivexregedit", "--export", path, r"\ControlSet001\Services"],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout


def put(image, path):
    vm.mtools("mcopy", "-o", "-i", vm.volume(image), path, "::/" + HIVE)


def body(t):
    kept = t.path("kept.img")
    machine = t.machine()
    try:
        t.command(machine, r"sc create first start= demand binPath= C:\first.sys")
        t.command(machine, "sc create second start= disabled")
        t.command(machine, "sc delete second")
        got, said = machine.command("sc create first")
        t.check("a service that is there is not made again", got == 0xC0000035, f"{got:08X} {said}")
        got, said = machine.command("sc start first")
        t.check("nor started without a file", got == 0xC0000034 and "first" in said,
                f"{got:08X} {said}")
        machine.shutdown()
    finally:
        machine.close(keep=kept)
    text = export(t, kept)
    t.check("hivex finds the service on the kept disk",
            r"[\ControlSet001\Services\first]" in text, text)
    t.check("and not the deleted one", "second" not in text, text)
    names = vm.mtools("mdir", "-b", "-i", vm.volume(kept), "::/Pagoda/System32/config").decode()
    t.check("nothing but the hive is left there", "new" not in names.lower(), names)

    again = t.path("again.img")
    machine = t.machine(disk=kept)
    try:
        said = t.command(machine, "sc query first")
        t.check("the next start knows it", "stopped" in said and "demand" in said, said)
        t.command(machine, "sc delete first")
        machine.shutdown()
    finally:
        machine.close(keep=again)
    t.check("deleted, it is gone from the hive", "first" not in export(t, again), export(t, again))

    good = vm.get_file(again, HIVE)
    damages = {
        "one bit changed": good[:4096] + bytes([good[4096] ^ 1]) + good[4097:],
        "cut off": good[:4096],
        "half written": good[:8] + b"\x07" + good[9:],
        "empty": b"",
    }
    for what, data in damages.items():
        put(again, t.write("damaged", data))
        mended = t.path("mended.img")
        machine = t.machine(disk=again)
        try:
            said = machine.text()
            t.check(f"{what}: a line says so", "cannot be used" in said and "SYSTEM" in said, said)
            said = t.command(machine, "sc query")
            t.check(f"{what}: the module's copy serves",
                    "fastfat" in said and "running" in said, said)
            t.command(machine, "sc create mended start= demand")
            machine.shutdown()
        finally:
            machine.close(keep=mended)
        t.check(f"{what}: the next save is a whole hive", "mended" in export(t, mended))

    # A full disk: the old hive stays, whole, and nothing of the new one.
    before = vm.get_file(again, HIVE)
    listing = vm.mtools("mdir", "-i", vm.volume(again), "::/").decode()
    free = int(re.search(r"([\d ]+) bytes free", listing).group(1).replace(" ", ""))
    filler = t.path("filler")
    with open(filler, "wb") as file:
        file.truncate(free - 8192)      # the page file is there already
    full = t.path("full.img")
    machine = t.machine(disk=again, files=[filler])
    try:
        t.command(machine, "sc create toomuch start= demand")
        machine.shutdown()
        t.check("full disk: a line says that the hive is not saved",
                "could not be saved" in machine.text(), machine.text())
    finally:
        machine.close(keep=full)
    names = vm.mtools("mdir", "-b", "-i", vm.volume(full), "::/Pagoda/System32/config").decode()
    t.check("full disk: the old hive stays as it was",
            vm.get_file(full, HIVE) == before and "new" not in names.lower(), names)


main(body)
