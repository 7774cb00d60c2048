#!/usr/bin/env python3
"""The life of a driver, with drivers built by mingw-w64's own kit (drivers/life.c): start, failure,
reinitialisation, refusal to unload; drivers that the registry starts, in the order of their groups;
a bus whose child finds its driver and its filter."""
# timeout: 300

import os
import re
import subprocess
import time

from harness import main, sections, vm

SOURCE = open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "drivers",
                           "life.c")).read()
SERVICE = r"[HKEY_LOCAL_MACHINE\SYSTEM\ControlSet001\Services\%s]"
CONTROL = r"[HKEY_LOCAL_MACHINE\SYSTEM\ControlSet001\Control\%s]"
ENUM = r"[HKEY_LOCAL_MACHINE\SYSTEM\ControlSet001\Enum\%s]"


def build(t, name, life):
    return t.driver(name, SOURCE, defines=[f"LIFE={life}", f"NAME={name}"])


def said(text, name):
    return re.findall(rf"^# {name}: (.*?)\r?$", text, re.M)


def by_hand(t):
    drivers = [build(t, "twice", 1), build(t, "no", 2), build(t, "stays", 3), build(t, "late", 8)]
    with t.machine(drivers=drivers) as machine:
        text = t.command(machine, "load twice.sys")
        t.check("reinitialised until it asks no more, with INIT still there",
                said(text, "twice") == ["DriverEntry", "reinitialise 1", "reinitialise 2",
                                        "own device opened: 0x00000000"], text)
        table = sections(t.command(machine, "sections twice"))
        t.check("then INIT goes", table["INIT"]["discarded"] == table["INIT"]["pages"] > 0, table)
        got, text = machine.command("load twice.sys")
        t.check("it is not loaded twice", got == 0xC000010E, f"{got:08X} {text}")
        got, text = machine.command("unload twice")
        t.check("a driver whose device is open stays", got == 0x80000011, f"{got:08X} {text}")
        time.sleep(2.5)
        text = t.command(machine, "unload twice")
        t.check("and goes when it is closed", said(text, "twice")[-1:] == ["Unload"], text)
        t.check("its image with it", "twice.sys" not in t.command(machine, "drivers"))

        for again in ("", " a second time"):
            got, text = machine.command("load no.sys")
            t.check("DriverEntry's status is the reason" + again,
                    got == 0xC00000A3 and "DriverEntry said no" in text, f"{got:08X} {text}")
        text = t.command(machine, "drivers") + t.command(machine, r"obj \Device")
        t.check("nothing of it is left", "no.sys" not in text and "Life" not in text, text)

        t.command(machine, "load stays.sys")
        got, text = machine.command("unload stays")
        t.check("no Unload routine, no unloading", got == 0xC0000010, f"{got:08X} {text}")

        text = t.command(machine, "load late.sys")
        t.check("a dispatch routine in INIT is named", "MajorFunction[0x03] lies in INIT" in text,
                text)
        machine.shutdown()


def from_registry(t):
    """Services a.. e started by the system; names against the order they must come in."""
    lines = ["Windows Registry Editor Version 5.00", ""]

    def service(name, start, group=None, tag=None):
        lines.extend([SERVICE % name, '"Type"=dword:00000001', f'"Start"=dword:{start:08x}',
                      '"ErrorControl"=dword:00000001'])
        if group:
            lines.append(f'"Group"="{group}"')
        if tag:
            lines.append(f'"Tag"=dword:{tag:08x}')
        lines.append("")

    service("ord_a", 2, "Base")
    service("ord_b", 1)
    service("ord_c", 1, "Nowhere listed")
    service("ord_d", 1, "Extended Base", 2)
    service("ord_e", 1, "Extended Base", 1)
    service("ord_f", 1, "Base")
    service("ord_g", 4, "Base")
    service("ord_h", 3, "Base")
    for name in ("bus", "child", "filter"):
        service(name, 3)
    lines += [CONTROL % r"CriticalDeviceDatabase\PAGTEST#Child", '"Service"="child"', "",
              ENUM % r"Root\testbus\0000", '"Service"="bus"', "",
              ENUM % r"PAGTEST\Child\7", '"UpperFilters"=hex(7):' + ",".join(
                  f"{byte:02x}" for byte in "filter\0\0".encode("utf-16le")), ""]
    hive = t.path("SYSTEM")
    subprocess.run(["cp", os.path.join(vm.BUILD, "SYSTEM"), hive], check=True)
    merged = subprocess.run(["hivexregedit", "--merge", "--prefix", r"HKEY_LOCAL_MACHINE\SYSTEM",
                             hive, t.write("more.reg", "\n".join(missing(lines)))],
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    t.require("the hive is made", merged.returncode == 0, merged.stdout)
    image = t.path("order.img")
    vm.copy_sparse(os.path.join(vm.BUILD, "disk.img"), image)
    vm.mtools("mcopy", "-o", "-i", vm.volume(image), hive, "::/Pagoda/System32/config/SYSTEM")

    drivers = [build(t, f"ord_{letter}", 4) for letter in "abcdefgh"]
    drivers += [build(t, "bus", 5), build(t, "child", 6), build(t, "filter", 7)]
    with t.machine(disk=image, drivers=drivers) as machine:
        text = machine.text()
        order = re.findall(r"^# ord_(\w): DriverEntry", text, re.M)
        t.check("Start, then group, then tag, then the rest", "".join(order) == "fedcba", text)
        events = re.findall(r"^# (bus|child|filter): (.*?)\r?$", text, re.M)
        wanted = ["bus: DriverEntry", "bus: AddDevice", "bus: START", "child: DriverEntry",
                  "child: AddDevice", "filter: DriverEntry", "filter: AddDevice", "filter: START",
                  "child: START"]
        t.check("the bus, then its child with its filter",
                [": ".join(event) for event in events] == wanted, events)
        tree = t.command(machine, "dev")
        t.check("the tree shows them", re.search(r"testbus\\0000: started(.|\n)*"
                                                 r"PAGTEST\\Child\\7: started(.|\n)*"
                                                 r"\\Driver\\filter(.|\n)*\\Driver\\child(.|\n)*"
                                                 r"\\Driver\\bus", tree), tree)
        got, text = machine.command("unload child")
        t.check("a driver of the tree is not unloaded", got == 0xC0000010, f"{got:08X} {text}")
        got, text = machine.command("sc start ord_g")
        t.check("a disabled one is not started", got == 0xC000026C, f"{got:08X} {text}")
        machine.shutdown()


def missing(lines):
    """hivexregedit makes no parents: each key with those above it."""
    made, result = set(), []
    for line in lines:
        if line.startswith("["):
            parts = line[1:-1].split("\\")
            for count in range(4, len(parts)):
                parent = "\\".join(parts[:count])
                if parent not in made:
                    made.add(parent)
                    result += [f"[{parent}]", ""]
            made.add(line[1:-1])
        result.append(line)
    return result


def body(t):
    by_hand(t)
    from_registry(t)


main(body)
