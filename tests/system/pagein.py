#!/usr/bin/env python3
"""A page that cannot be read back from the page file is bugcheck 0x7A with the disk's status: QEMU's
blkdebug fails reads of the page file's first pages, found on the kept disk of a first run."""

import os
import re

from harness import main, vm

HERE = os.path.dirname(os.path.abspath(__file__))
SECTORS = 4096  # of the page file, to fail: 512 pages


class FailingMachine(vm.Machine):
    """One whose disk fails reads of some sectors."""

    first = 0

    def arguments(self, display="none"):
        rules = os.path.join(self.folder, "blkdebug.conf")
        with open(rules, "w") as file:
            for sector in range(self.first, self.first + SECTORS, 8):
                file.write('[inject-error]\nevent = "none"\niotype = "read"\n'
                           f'errno = "5"\nsector = "{sector}"\nonce = "off"\n\n')
        arguments = super().arguments(display)
        at = arguments.index("-drive") + 1
        # blkdebug below the raw format: that is what tells it of reads.
        arguments[at] = (f"if=ide,cache=unsafe,werror=report,rerror=report,driver=raw,"
                         f"file.driver=blkdebug,file.config={rules},file.image.driver=file,"
                         f"file.image.filename={self.image}")
        return arguments


def body(t):
    source = open(os.path.join(HERE, "drivers", "pager.c")).read()
    kept = t.path("kept.img")
    machine = t.machine(drivers=[t.driver("pager", source)])
    try:
        t.command(machine, "load pager.sys")
        t.command(machine, "trim /out pager")
        machine.shutdown()
    finally:
        machine.close(keep=kept)
    extents = vm.mtools("mshowfat", "-i", vm.volume(kept), "::/pagefile.sys").decode()
    cluster = int(re.search(r"<(\d+)", extents).group(1))
    with open(kept, "rb") as file:
        file.seek(vm.PARTITION)
        boot = file.read(512)
    reserved = int.from_bytes(boot[14:16], "little")
    fats = boot[16] * int.from_bytes(boot[36:40], "little")
    first = (vm.PARTITION // 512 + reserved + fats + (cluster - 2) * boot[13])

    source = open(os.path.join(HERE, "drivers", "misuse.c")).read()
    machine = FailingMachine(drivers=[t.driver("misuse18", source, defines=["MISUSE=18"])],
                             timeout=40)
    machine.first = first
    try:
        machine.start()
        machine.wait_ready()
        machine.send("load misuse18.sys\r")
        while True:
            machine.wait_event("never")
    except vm.Gone as gone:
        text = machine.text()
        t.check("a page-in that fails is bugcheck 0x7A", gone.how == "stop" and gone.code == 0x7A,
                f"{gone}\n{text[-1500:]}")
        match = re.search(r"STOP: 0x0000007A \(0x\w+,0x(\w{8}),0x\w+,0x\w+\)", text)
        t.check("its second parameter is the disk's status",
                match and int(match.group(1), 16) in (0xC0000185, 0xC000009C, 0xC000016A),
                text[-1500:])
    except vm.TimeUp:
        t.check("a page-in that fails is bugcheck 0x7A", False, machine.text()[-1500:])
    finally:
        machine.close()


main(body)
