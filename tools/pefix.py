#!/usr/bin/env python3
"""What GNU ld cannot do to a PE image: marks INIT sections discardable, gives each section the
protection its name asks for, makes the time stamp constant, and recomputes the checksum.
With --kernel it also proves what the Multiboot loaders rely on."""

import argparse
import struct
import sys

CODE, INITIALISED, UNINITIALISED = 0x20, 0x40, 0x80  # IMAGE_SCN_*, PE/COFF specification
DISCARDABLE, EXECUTE, READ, WRITE = 0x02000000, 0x20000000, 0x40000000, 0x80000000
ALIGN_MASK = 0x00F00000  # meaningful in objects only
DLL_FLAG = 0x2000


class Image:
    def __init__(self, path):
        self.path = path
        self.data = bytearray(open(path, "rb").read())
        self.pe = struct.unpack_from("<I", self.data, 0x3C)[0]
        if self.data[:2] != b"MZ" or self.data[self.pe:self.pe + 4] != b"PE\0\0":
            sys.exit(f"pefix: {path} is not a PE image")
        self.count, = struct.unpack_from("<H", self.data, self.pe + 6)
        optional, = struct.unpack_from("<H", self.data, self.pe + 20)
        self.table = self.pe + 24 + optional

    def sections(self):
        for index in range(self.count):
            at = self.table + 40 * index
            name, size, rva, raw, offset = struct.unpack_from("<8sIIII", self.data, at)
            flags, = struct.unpack_from("<I", self.data, at + 36)
            yield at, name.rstrip(b"\0").decode(), size, rva, raw, offset, flags

    def fix_sections(self):
        for at, name, _, _, _, _, flags in self.sections():
            flags &= ~ALIGN_MASK
            if name.startswith("INIT"):
                flags |= DISCARDABLE
            struct.pack_into("<I", self.data, at + 36, flags)

    def fix_headers(self, keep_dll):
        struct.pack_into("<I", self.data, self.pe + 8, 0)  # TimeDateStamp
        flags, = struct.unpack_from("<H", self.data, self.pe + 22)
        if not keep_dll:
            struct.pack_into("<H", self.data, self.pe + 22, flags & ~DLL_FLAG)

    def check_kernel(self):
        last = None
        for _, name, size, rva, raw, offset, flags in self.sections():
            if last == ".bss":
                sys.exit(f"pefix: {self.path}: {name} follows .bss: add it to tools/kernel.ld")
            if raw and offset != rva:
                sys.exit(f"pefix: {self.path}: {name} is at RVA {rva:#x}, file offset {offset:#x}")
            if not raw and size and name != ".bss":
                sys.exit(f"pefix: {self.path}: {name} has no file contents and is not .bss")
            if flags & WRITE and flags & EXECUTE:
                sys.exit(f"pefix: {self.path}: {name} is both writable and executable")
            last = name
        head = bytes(self.data[:8192])
        if not any(struct.unpack_from("<I", head, at)[0] == 0x1BADB002
                   for at in range(0, len(head) - 11, 4)):
            print(f"pefix: {self.path}: no Multiboot header in the first 8 KiB", file=sys.stderr)

    def fix_checksum(self):
        at = self.pe + 24 + 64
        struct.pack_into("<I", self.data, at, 0)
        padded = bytes(self.data) + b"\0" * (-len(self.data) % 2)
        total = sum(struct.unpack(f"<{len(padded) // 2}H", padded))
        while total >> 16:
            total = (total & 0xFFFF) + (total >> 16)
        struct.pack_into("<I", self.data, at, total + len(self.data))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kernel", action="store_true")
    parser.add_argument("--dll", action="store_true", help="leave the DLL flag set")
    parser.add_argument("image")
    args = parser.parse_args()

    image = Image(args.image)
    image.fix_sections()
    image.fix_headers(args.dll)
    if args.kernel:
        image.check_kernel()
    image.fix_checksum()
    with open(args.image, "wb") as file:
        file.write(image.data)


if __name__ == "__main__":
    main()
