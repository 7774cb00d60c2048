#!/usr/bin/env python3
"""The drivers under a page file: one that refuses keeps it out, so does one whose entry could be paged
out, each by name and without harm to the machine; one that touches pageable memory while a page is being
read or written is bugcheck 0xD3 with its name. Each is a boot-start filter (drivers/pathfilter.c)."""

import os
import re
import subprocess

from harness import ROOT, main, vm

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = open(os.path.join(HERE, "drivers", "pathfilter.c")).read()
REG = r"""Windows Registry Editor Version 5.00

[HKEY_LOCAL_MACHINE\SYSTEM\ControlSet001\Services\pathfilter]
"Type"=dword:00000001
"Start"=dword:00000000
"ErrorControl"=dword:00000001
"Group"="SCSI miniport"
"ImagePath"="System32\\drivers\\pathfilter.sys"

[HKEY_LOCAL_MACHINE\SYSTEM\ControlSet001\Enum\%s]
"LowerFilters"=multi:"pathfilter"
"""
DISK = r"IDE\DiskQEMU_HARDDISK\0.0"  # above the port's device for the disk, below disk.sys


def machine(t, kind):
    hive = t.path(f"SYSTEM{kind}")
    made = subprocess.run([os.path.join(ROOT, "tools", "mkhive"), hive,
                           os.path.join(ROOT, "tools", "system.reg"),
                           t.write("filter.reg", REG % DISK)], capture_output=True, text=True)
    t.require("the hive is made", made.returncode == 0, made.stdout + made.stderr)
    driver = t.driver("pathfilter", SOURCE, defines=[f"FILTER={kind}"])
    modules = [os.path.join(vm.BUILD, "drivers", name + ".sys")
               for name in ("atapi", "disk", "fastfat")]
    link = t.path("SYSTEM")
    os.replace(hive, link)
    image = t.path("disk.img")
    vm.copy_sparse(os.path.join(vm.BUILD, "disk.img"), image)
    vm.mtools("mcopy", "-o", "-i", vm.volume(image), link, "::/Pagoda/System32/config/SYSTEM")
    return t.machine(modules=modules + [driver, link], disk=image, drivers=[driver])


def body(t):
    with machine(t, 0) as good:
        t.check("a filter in the way of a page file", re.search(
            r"\\Driver\\disk[^\n]*\n[^\n]*\\Driver\\pathfilter[^\n]*\n[^\n]*\\Driver\\atapi",
            good.command("dev")[1]), lambda: good.command("dev")[1])
        t.command(good, "trim /out")
        text = t.command(good, "vm")
        t.check("pages go through it, out and in", int(re.search(r"^read +(\d+)", text, re.M)
                                                       .group(1)) > 0, text)
        good.shutdown()
    for kind, words in ((1, "pathfilter: no page file here"),
                        (2, r"\Driver\pathfilter may not carry a page file")):
        with machine(t, kind) as refusing:
            text = refusing.text()
            t.check(f"{words}: said", words in text, text)
            t.check("the page file is named", 'Page file "C:\\pagefile.sys' in text, text)
            t.check("nothing is paged out, and the command says so",
                    refusing.command("trim /out")[0] == 0xC00000A3)
            t.check("locks of those above and below were taken back",
                    re.search(r"^PAGEDISK .* 0\s*$", refusing.command("sections disk")[1], re.M),
                    lambda: refusing.command("sections disk")[1])
            t.check("files work", "pagefile.sys" in t.command(refusing, "dir C:\\"))
            refusing.shutdown()
    with machine(t, 3) as nested:
        try:
            nested.command("trim /out")
            nested.command("dir C:\\")
            t.check("a fault inside paging I/O stops the machine", False, nested.text())
        except vm.Gone as gone:
            text = nested.text()
            t.check("a fault inside paging I/O is bugcheck 0xD3",
                    gone.how == "stop" and gone.code == 0xD3, f"{gone}\n{text[-800:]}")
            t.check("with the driver's name and section", re.search(
                r"\*\*\* STOP: 0x000000D3 \(.*\) DRIVER_PORTION_MUST_BE_NONPAGED "
                r"pathfilter\.sys\+0x[0-9A-F]+ \.text", text), text[-800:])


main(body)
