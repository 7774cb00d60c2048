#!/usr/bin/env python3
"""200 malformed drivers, made from one good driver and a seed: every one is refused with a status of
the table, the machine goes on, and at the end a good driver still loads."""

import os
import random

from harness import main
from pefile import Image

HERE = os.path.dirname(os.path.abspath(__file__))
SEED = 20031028
COUNT = 200
REFUSALS = (0xC000012F, 0xC000035A, 0xC000007B, 0xC0000221, 0xC0000135, 0xC0000263, 0xC0000262,
            0xC0000018, 0xC000009A, 0xC000012D)


# Each spoils one thing so that no loader could accept the image; r is the random generator.

def truncate(image, r):
    del image.data[r.randrange(0, len(image.data) - 0x200):]


def header_offset(image, r):
    image.put32(0x3C, r.choice((len(image.data), 0xFFFFFFFC, 0x7FFFFFFF, len(image.data) - 8)))


def signature(image, r):
    image.put32(image.pe, r.getrandbits(32) & ~0x4550)


def machine(image, r):
    image.put16(image.pe + 4, r.choice((0, 0x8664, 0x1C0, 0x200, 0xFFFF)))


def section_count(image, r):
    image.put16(image.pe + 6, r.choice((0, 0xFFFF, 97, 5000)))


def optional_size(image, r):
    image.put16(image.pe + 20, r.choice((0, 1, 95, 0xFFFF)))


def magic(image, r):
    image.put16(image.optional, r.choice((0, 0x107, 0x20B, 0xFFFF)))


def subsystem(image, r):
    image.put16(image.optional + 68, r.choice((0, 2, 3, 9, 0xFFFF)))


def entry(image, r):
    image.put32(image.optional + 16, r.choice((0x7FFFFFFF, 0xFFFFFFFF, 0x10000000)))


def image_size(image, r):
    image.put32(image.optional + 56, r.choice((0, 0xFFFFF000, 0x1000)))


def headers_size(image, r):
    image.put32(image.optional + 60, r.choice((0xFFFFFFFF, 0x7FFFFFFF)))


def alignment(image, r):
    image.put32(image.optional + r.choice((32, 36)), r.choice((0, 3, 0x1001, 0xFFFFFFFF)))


def section_rva(image, r):
    at = image.table + 40 * r.randrange(image.count)
    image.put32(at + 12, r.choice((0xFFFFF000, 0x7FFFF000, 0)))


def section_size(image, r):
    at = image.table + 40 * r.randrange(image.count)
    image.put32(at + 8, r.choice((0xFFFFFFFF, 0x7FFFFFFF, 0x40000000)))


def section_raw(image, r):
    at = image.section(".text")
    image.put32(at + r.choice((16, 20)), r.choice((0xFFFFFE00, 0x7FFFFE00, 0x40000000)))


def import_directory(image, r):
    image.put32(image.directory(1), r.choice((0xFFFFFFF0, 0x7FFFFFFF, 0x10000000)))


def import_name(image, r):
    descriptor = image.offset(image.u32(image.directory(1)))
    image.put32(descriptor + 12, r.choice((0xFFFFFFFF, 0x7FFFFFF0, 0x20000000)))


def import_thunks(image, r):
    descriptor = image.offset(image.u32(image.directory(1)))
    image.put32(descriptor + 16, r.choice((0xFFFFFFFC, 0x7FFFFFFC, 0x20000000)))


def import_lookup(image, r):
    descriptor = image.offset(image.u32(image.directory(1)))
    thunks = image.offset(image.u32(descriptor))
    image.put32(thunks, r.choice((0x7FFFFFF0, 0x20000000, 0x8000FFF1)))


def routine_name(image, r):
    at = image.data.index(b"ExFreePoolWithTag")
    image.data[at + r.randrange(2, 17)] ^= 1 << r.randrange(5)


def library_name(image, r):
    at = image.data.index(b"ntoskrnl.exe")
    image.data[at + r.randrange(8)] ^= 0x10


def relocation_directory(image, r):
    image.put32(image.directory(5), r.choice((0xFFFFFFF8, 0x7FFFFFF8, 0x20000000)))


def relocation_block(image, r):
    at = image.offset(image.u32(image.directory(5)))
    image.put32(at + 4, r.choice((1, 4, 7, 0xFFFFFFFF, 0x7FFFFFF0)))


def relocation_page(image, r):
    at = image.offset(image.u32(image.directory(5)))
    image.put32(at, r.choice((0xFFFFF000, 0x7FFFF000, 0x20000000)))


def relocation_type(image, r):
    at = image.offset(image.u32(image.directory(5))) + 8
    image.put16(at, image.u16(at) & 0xFFF | r.choice((5, 9, 11, 15)) << 12)


def checksum(image, r):
    image.checksum().put32(image.optional + 64, image.u32(image.optional + 64) ^ 1 << r.randrange(16))


SPOILERS = (truncate, header_offset, signature, machine, section_count, optional_size, magic,
            subsystem, entry, image_size, headers_size, alignment, section_rva, section_size,
            section_raw, import_directory, import_name, import_thunks, import_lookup, routine_name,
            library_name, relocation_directory, relocation_block, relocation_page, relocation_type,
            checksum)


def body(t):
    generator = random.Random(SEED)
    good = t.driver("plain", open(os.path.join(HERE, "drivers", "plain.c")).read())
    base = open(good, "rb").read()
    drivers, how = [good], {}
    for number in range(COUNT):
        spoiler = SPOILERS[number % len(SPOILERS)]
        image = Image(base).no_checksum()
        spoiler(image, generator)
        name = f"bad{number:03}.sys"
        how[name] = spoiler.__name__
        drivers.append(t.write(name, image.bytes()))

    loaded, odd = [], []
    with t.machine(drivers=drivers, timeout=200) as machine_:
        for name, spoiler in how.items():
            status, text = machine_.command(f"load {name}")
            if not status & 0x80000000:
                loaded.append(f"{name} ({spoiler})")
                machine_.command(f"unload {name[:-4]}")
            elif status not in REFUSALS:
                odd.append(f"{name} ({spoiler}): 0x{status:08X}")
        t.check(f"none of {COUNT} malformed drivers loads", not loaded, "\n".join(loaded))
        t.check("each is refused with a status of the table", not odd, "\n".join(odd))
        drivers_left = t.command(machine_, "drivers")
        t.check("none of them is in the list of drivers", "bad" not in drivers_left, drivers_left)
        t.command(machine_, "load plain.sys")
        text = t.command(machine_, "unload plain")
        t.check("a good driver still loads and unloads", "plain: unloaded" in text, text)
        machine_.shutdown()


main(body)
