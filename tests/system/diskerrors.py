#!/usr/bin/env python3
"""Disk errors below a running system, made by QEMU's blkdebug: a sector that never reads gives a
status and the system goes on; one that fails once is read again, by PIO, and after three such the
disk is used without DMA; writes that fail are reported too."""

import os
import re

from harness import main, vm

REGION = 64 * 1024      # what atapi moves at once
STATUS_IO_DEVICE_ERROR = 0xC0000185


class FailingMachine(vm.Machine):
    """One whose disk obeys blkdebug rules, made once the image is there."""

    rules = ""

    def arguments(self, display="none"):
        path = os.path.join(self.folder, "blkdebug.conf")
        with open(path, "w") as file:
            file.write(self.rules)
        arguments = super().arguments(display)
        at = arguments.index("-drive") + 1
        # blkdebug below the raw format: that is what tells it of reads.
        arguments[at] = (f"if=ide,cache=unsafe,werror=report,rerror=report,driver=raw,"
                         f"file.driver=blkdebug,file.config={path},file.image.driver=file,"
                         f"file.image.filename={self.image}")
        return arguments


def rule(direction, sector=None, once=False):
    where = f'sector = "{sector}"\n' if sector is not None else ""
    return (f'[inject-error]\nevent = "none"\niotype = "{direction}"\nerrno = "5"\n'
            f'{where}once = "{"on" if once else "off"}"\n\n')


def first_sector(image, name):
    """Of a file that lies in one piece, counted from the start of the disk."""
    extents = vm.mtools("mshowfat", "-i", vm.volume(image), name).decode()
    clusters = re.findall(r"<(\d+)(?:-(\d+))?>", extents)
    if len(clusters) != 1:
        raise vm.HostError(f"{name} lies in {len(clusters)} pieces")
    with open(image, "rb") as file:
        file.seek(vm.PARTITION)
        boot = file.read(512)
    reserved = int.from_bytes(boot[14:16], "little")
    fats = boot[16] * int.from_bytes(boot[36:40], "little")
    return vm.PARTITION // 512 + reserved + fats + (int(clusters[0][0]) - 2) * boot[13]


def started(machine):
    machine.start()
    machine.wait_ready()
    return machine


def body(t):
    content = bytes((i * 7 + (i >> 9)) & 0xFF for i in range(8 * REGION))
    big = t.write("big.bin", content)
    small = t.write("small.txt", "still here\n")

    machine = FailingMachine(files=[big, small])
    machine.prepare()
    sector = first_sector(machine.image, "::/big.bin")
    machine.rules = rule("read", sector + 3 * REGION // 512 + 5)
    try:
        started(machine)
        status, text = machine.command("copy C:\\big.bin C:\\copy.bin")
        t.check("a sector that never reads fails the copy with the drive's error",
                status == STATUS_IO_DEVICE_ERROR and "STATUS_IO_DEVICE_ERROR" in text, text)
        t.check("the system goes on", "still here" in t.command(machine, "type C:\\small.txt"))
        machine.shutdown()
    finally:
        machine.close()

    kept = t.path("kept.img")
    machine = FailingMachine(files=[big])
    machine.prepare()
    sector = first_sector(machine.image, "::/big.bin")
    machine.rules = "".join(rule("read", sector + n * REGION // 512, once=True)
                            for n in range(4))
    try:
        started(machine)
        status, text = machine.command("copy C:\\big.bin C:\\copy.bin")
        t.check("sectors that fail once do not fail the copy", status == 0, text)
        t.check("the driver says that it gives DMA up", "DMA failed 3 times" in machine.text(),
                machine.text()[-1500:])
        machine.shutdown()
    finally:
        machine.close(keep=kept)
    copy = vm.mtools("mtype", "-i", vm.volume(kept), "::/copy.bin")
    t.check("and every byte is right", copy == content, f"{len(copy)} bytes")

    with t.machine() as machine:        # makes the page file
        paged = t.path("paged.img")
        machine.shutdown()
        machine.close(keep=paged)
    sector = first_sector(paged, "::/pagefile.sys")
    machine = FailingMachine(disk=paged)
    machine.prepare()
    machine.rules = "".join(rule("read", sector + n, once=True) for n in range(0, 4096, 8))
    try:
        started(machine)
        t.command(machine, "trim /out")
        t.check("page-ins that fail once come back by PIO, through the paging path",
                "pagefile.sys" in t.command(machine, "dir C:\\"), machine.text()[-1500:])
        t.command(machine, "trim /out")
        t.command(machine, "dir C:\\Pagoda")
        t.check("they did fail", "DMA failed 3 times" in machine.text(), machine.text()[-1500:])
        machine.shutdown()
    finally:
        machine.close()

    machine = FailingMachine(files=[small])
    machine.prepare()
    machine.rules = rule("write")
    try:
        started(machine)
        status, text = machine.command("copy C:\\small.txt C:\\copy.txt")
        t.check("a write that fails is reported", status == STATUS_IO_DEVICE_ERROR, text)
        t.check("and reading goes on", "still here" in t.command(machine, "type C:\\small.txt"))
    finally:
        machine.close()


main(body)
