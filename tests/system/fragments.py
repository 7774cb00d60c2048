#!/usr/bin/env python3
"""A page file whose clusters lie apart: every page-out of several pages goes to the disk in pieces.
Pages leave and come back whole, also while the file system itself is out."""

import os
import re
import struct

from files import fsck
from harness import main, vm

SECTOR = 512
HOLES = 700  # free clusters with a used one between each two


class Volume:
    """Enough of FAT32 to see where a file in the root lies, and to say where to look for room."""

    def __init__(self, path):
        self.file = open(path, "r+b")
        boot = self.read(0, SECTOR)
        (reserved,) = struct.unpack_from("<H", boot, 14)
        (fat_sectors,) = struct.unpack_from("<I", boot, 36)
        (self.info,) = struct.unpack_from("<H", boot, 48)
        fat = self.read(reserved, fat_sectors * SECTOR)
        self.fat = struct.unpack(f"<{len(fat) // 4}I", fat)
        self.data = reserved + boot[16] * fat_sectors
        self.cluster_sectors = boot[13]

    def read(self, sector, size):
        self.file.seek(vm.PARTITION + sector * SECTOR)
        return self.file.read(size)

    def chain(self, cluster):
        while 2 <= cluster < 0x0FFFFFF7:
            yield cluster
            cluster = self.fat[cluster] & 0x0FFFFFFF

    def first(self, short):
        for cluster in self.chain(2):
            sector = self.data + (cluster - 2) * self.cluster_sectors
            slots = self.read(sector, self.cluster_sectors * SECTOR)
            for at in range(0, len(slots), 32):
                if slots[at:at + 11] == short:
                    high, low = struct.unpack_from("<H", slots, at + 20), \
                        struct.unpack_from("<H", slots, at + 26)
                    return high[0] << 16 | low[0]
        return 0

    def pieces(self, short):
        clusters = list(self.chain(self.first(short)))
        return 1 + sum(b != a + 1 for a, b in zip(clusters, clusters[1:]))

    def search_from(self, cluster):
        self.file.seek(vm.PARTITION + self.info * SECTOR + 492)
        self.file.write(struct.pack("<I", cluster))
        self.file.close()


def make_holes(t, image):
    folder = t.path("holes")
    os.mkdir(folder)
    names = [f"h{number:04}.bin" for number in range(2 * HOLES)]
    for name in names:
        with open(os.path.join(folder, name), "wb") as file:
            file.write(name.encode())
    vm.mtools("mmd", "-i", vm.volume(image), "::holes")
    vm.mtools("mcopy", "-i", vm.volume(image), *[os.path.join(folder, n) for n in names],
              "::holes")
    vm.mtools("mdel", "-i", vm.volume(image), *[f"::holes/{n}" for n in names[::2]])
    Volume(image).search_from(2)


def body(t):
    image, kept = t.path("holes.img"), t.path("kept.img")
    vm.copy_sparse(os.path.join(vm.BUILD, "disk.img"), image)
    make_holes(t, image)
    machine = t.machine(disk=image, memory=16,
                        drivers=[os.path.join(vm.BUILD, "drivers", "fattest.sys")])
    try:
        text = t.command(machine, "load fattest.sys")
        failed = re.findall(r"^not ok.*$", text, re.M)
        t.check("the file system's own test passes", not failed and "\n1.." in text, text[-3000:])
        for round_number in range(5):
            t.command(machine, "trim /out")
            t.command(machine, "dir C:\\Pagoda\\System32\\drivers")
        t.command(machine, "unload fattest")
        machine.shutdown()
    finally:
        machine.close(keep=kept)
    pieces = Volume(kept).pieces(b"PAGEFILESYS")
    t.check("the page file lies in hundreds of pieces", pieces > 200, pieces)
    fsck(t, "afterwards", kept)


main(body)
