#!/usr/bin/env python3
"""Sectors that cannot be read or written: the command says so with the disk's status, the system
goes on, and what was not on those sectors is whole. QEMU's blkdebug plays the bad disk."""

import os
import re

from files import fsck
from harness import main, vm

STATUSES = (0xC0000185, 0xC000009C, 0xC000016A, 0xC000003F)


class BadDisk(vm.Machine):
    """One whose disk fails reads, or writes, of some sectors."""

    bad = ()  # (sector, "read" or "write")

    def arguments(self, display="none"):
        rules = os.path.join(self.folder, "blkdebug.conf")
        with open(rules, "w") as file:
            for sector, way in self.bad:
                file.write(f'[inject-error]\nevent = "none"\niotype = "{way}"\nerrno = "5"\n'
                           f'sector = "{sector}"\nonce = "off"\n\n')
        arguments = super().arguments(display)
        at = arguments.index("-drive") + 1
        arguments[at] = (f"if=ide,cache=unsafe,werror=report,rerror=report,driver=blkdebug,"
                         f"config={rules},image.driver=raw,image.file.driver=file,"
                         f"image.file.filename={self.image}")
        return arguments


def sector_of(image, path):
    """The first sector of a file or folder."""
    with open(image, "rb") as file:
        file.seek(vm.PARTITION)
        boot = file.read(512)
    reserved = int.from_bytes(boot[14:16], "little")
    fats = boot[16] * int.from_bytes(boot[36:40], "little")
    shown = vm.mtools("mshowfat", "-i", vm.volume(image), "::/" + path).decode()
    cluster = int(re.search(r"<(\d+)", shown).group(1))
    return vm.PARTITION // 512 + reserved + fats + (cluster - 2) * boot[13]


def body(t):
    image, kept = t.path("image.img"), t.path("kept.img")
    vm.copy_sparse(os.path.join(vm.BUILD, "disk.img"), image)
    line = "a line of the good file\n"
    vm.put_file(image, t.write("good.txt", line * 100))
    vm.put_file(image, t.write("bad.txt", "a line of the bad file\n" * 2000))
    vm.mtools("mmd", "-i", vm.volume(image), "::badfolder")
    vm.put_file(image, t.write("inside.txt", "x"), "badfolder")
    vm.put_file(image, t.write("to.txt", "y" * 100000))
    target = sector_of(image, "to.txt")
    vm.mtools("mdel", "-i", vm.volume(image), "::to.txt")

    machine = BadDisk(disk=image)
    machine.bad = [(sector_of(image, "bad.txt") + 16, "read"),
                   (sector_of(image, "badfolder"), "read")]
    machine.bad += [(target + at, "write") for at in range(0, 160, 8)]
    try:
        machine.start()
        machine.wait_ready()
        for command in (r"type C:\bad.txt", r"dir C:\badfolder", r"type C:\badfolder\inside.txt",
                        r"copy C:\bad.txt C:\copy.txt"):
            got, said = machine.command(command)
            t.check(f"{command}: the disk's status", got in STATUSES and "error:" in said,
                    f"{got:08X} {said[-300:]}")
            got, said = machine.command(r"type C:\good.txt")
            t.check("a good file is whole after it", got == 0 and said.count(line.strip()) == 100)
        results = []
        for number in range(200):
            got, said = machine.command(rf"copy C:\good.txt C:\copy{number}.txt")
            results.append(got)
            if got:
                break
        t.check("a write to a bad sector: the disk's status", results[-1] in STATUSES,
                f"{results[-1]:08X} {said[-300:]}")
        got, said = machine.command("dir C:\\")
        t.check("the system goes on", got == 0 and "good.txt" in said, said[-500:])
        machine.shutdown()
    finally:
        machine.close(keep=kept)
    fsck(t, "afterwards", kept)
    t.check("the copies made before are whole",
            all(vm.get_file(kept, f"copy{number}.txt") == (line * 100).encode()
                for number in range(len(results) - 1)))


main(body)
