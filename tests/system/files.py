#!/usr/bin/env python3
"""Files written by Pagoda are clean under fsck.fat and read the same by mtools; files put there by
mtools read the same in Pagoda; what is refused leaves the volume as it was."""

import os
import random
import subprocess

from harness import main, vm


def fsck(t, what, image):
    """fsck.fat knows no offsets: it gets the partition as a file of its own."""
    volume = t.path("volume.img")
    subprocess.run(["dd", f"if={image}", f"of={volume}", "bs=1M", "skip=1", "conv=sparse",
                    "status=none"], check=True)
    result = subprocess.run(["fsck.fat", "-n", volume], stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True,
                            env=dict(os.environ, PATH=os.environ["PATH"] + ":/usr/sbin:/sbin"))
    t.check(f"{what}: fsck.fat finds nothing", result.returncode == 0, result.stdout)


def body(t):
    generator = random.Random(2)
    big = generator.randbytes(300 * 1024 + 17)
    text = "The quick brown fox\njumps over the lazy dog.\n"
    kept = t.path("kept.img")
    machine = t.machine(files=[t.write("big.bin", big), t.write("A long name for a text.txt", text),
                               t.write("empty", b"")])
    try:
        listing = t.command(machine, "dir C:\\")
        t.check("dir shows what mtools wrote", "A long name for a text.txt" in listing
                and "big.bin" in listing.lower(), listing)
        typed = t.command(machine, 'type "C:\\A long name for a text.txt"')
        t.check("type shows a file", "jumps over the lazy dog." in typed, typed)
        t.command(machine, r"copy C:\big.bin C:\big2.bin")
        t.command(machine, 'copy C:\\big.bin "C:\\A second long name.data"')
        t.command(machine, r"copy C:\empty C:\Pagoda\empty.too")
        t.command(machine, r'ren "C:\A long name for a text.txt" short.txt')
        t.command(machine, r"del C:\big2.bin")
        for command, status in ((r"type C:\nothing", 0xC0000034), (r"del C:\big2.bin", 0xC0000034),
                                (r"copy C:\nothing C:\x", 0xC0000034),
                                (r"type C:\no\such\folder", 0xC000003A)):
            got, said = machine.command(command)
            t.check(f"{command}: refused", got == status and "error:" in said, f"{got:08X} {said}")
        got, said = machine.command(r"del C:\pagefile.sys")
        t.check("the page file cannot be deleted", got & 0x80000000, said)
        got, said = machine.command("nonsense")
        t.check("an unknown command is refused", got & 0x80000000 and "error:" in said, said)
        machine.shutdown()
    finally:
        machine.close(keep=kept)

    fsck(t, "after writing", kept)
    t.check("the copy is whole", vm.get_file(kept, "A second long name.data") == big)
    t.check("the renamed file is whole", vm.get_file(kept, "short.txt") == text.encode())
    t.check("the empty copy is empty", vm.get_file(kept, "Pagoda/empty.too") == b"")
    names = vm.mtools("mdir", "-b", "-i", vm.volume(kept), "::/").decode()
    t.check("the deleted file is gone", "big2.bin" not in names, names)

    with t.machine(disk=kept) as machine:
        typed = t.command(machine, r"type C:\short.txt")
        t.check("it boots again from the kept disk", "quick brown fox" in typed, typed)
        machine.shutdown()

    # Nothing written is lost when the disk fills up.
    full = t.path("full.img")
    huge = t.write("huge.bin", generator.randbytes(1024) * (100 << 10))
    machine = t.machine(files=[huge])
    try:
        t.command(machine, r"copy C:\huge.bin C:\huge2.bin")
        got, said = machine.command(r"copy C:\huge.bin C:\huge3.bin")
        t.check("a full disk is an error", got == 0xC000007F and "error:" in said, f"{got:08X} {said}")
        t.command(machine, "dir C:\\")
        machine.shutdown()
    finally:
        machine.close(keep=full)
    fsck(t, "after the disk was full", full)
    t.check("what was written before is whole",
            vm.get_file(full, "huge2.bin") == open(huge, "rb").read())


if __name__ == "__main__":
    main(body)
