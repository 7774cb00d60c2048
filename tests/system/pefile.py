"""Just enough of PE/COFF to spoil an image on purpose."""

import struct


class Image:
    def __init__(self, data):
        self.data = bytearray(data)
        self.pe = self.u32(0x3C)
        self.optional = self.pe + 24
        self.table = self.optional + self.u16(self.pe + 20)
        self.count = self.u16(self.pe + 6)

    def u16(self, at):
        return struct.unpack_from("<H", self.data, at)[0]

    def u32(self, at):
        return struct.unpack_from("<I", self.data, at)[0]

    def put16(self, at, value):
        struct.pack_into("<H", self.data, at, value & 0xFFFF)
        return self

    def put32(self, at, value):
        struct.pack_into("<I", self.data, at, value & 0xFFFFFFFF)
        return self

    def directory(self, index):
        """File position of a data directory entry."""
        return self.optional + 96 + 8 * index

    def section(self, name):
        """File position of a section header."""
        for index in range(self.count):
            at = self.table + 40 * index
            if self.data[at:at + 8].rstrip(b"\0").decode() == name:
                return at
        raise KeyError(name)

    def offset(self, rva):
        """File position of an RVA."""
        for index in range(self.count):
            at = self.table + 40 * index
            start, size, raw = self.u32(at + 12), self.u32(at + 16), self.u32(at + 20)
            if start <= rva < start + size:
                return raw + rva - start
        raise KeyError(rva)

    def no_checksum(self):
        return self.put32(self.optional + 64, 0)

    def checksum(self):
        """Writes the right checksum."""
        self.no_checksum()
        padded = bytes(self.data) + b"\0" * (len(self.data) % 2)
        total = sum(struct.unpack(f"<{len(padded) // 2}H", padded))
        while total >> 16:
            total = (total & 0xFFFF) + (total >> 16)
        return self.put32(self.optional + 64, total + len(self.data))

    def bytes(self):
        return bytes(self.data)
