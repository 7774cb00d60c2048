#!/usr/bin/env python3
"""stress.py [--seed N] [--minutes M] [--memory MIB]…: memory under pressure. In a machine with so
little memory (16, 32 and 64 MiB unless told otherwise) and a page file ten times as large,
tests/kernel/stress takes all the paged pool that the commit limit allows and uses it from many
threads at once. Passes when nothing was lost, nobody waited long, and what `vm` and `pool` say is
afterwards what it was before; before is after a first run of a second, since page tables and pool's
own tables stay. The minutes are shared by the machines."""

import argparse
import glob
import os
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import vm  # noqa: E402 (lies beside this file)

TIMES = 10          # page file against memory
SPARE = 512         # pages of commit left to everybody but the stress
START = 120         # seconds that start, two fillings and the end may take, besides a minute's work
FIRST = ("warmup", 1)
CONSOLE_TAG = "KCnl"  # the console's own: it remembers what was typed
SERVICES = r"HKEY_LOCAL_MACHINE\SYSTEM\ControlSet001\Services"
MEMORY_KEY = r"HKEY_LOCAL_MACHINE\SYSTEM\ControlSet001\Control\Session Manager\Memory Management"
COPIES = {"warmup": "stress", "small0": "small", "small1": "small", "small2": "small",
          "small3": "small"}
# What `vm` says that must not change. Pages of the working set come and go.
EXACT = ("physical", "committed", "ptes", "nonpagedpool", "pagedpool", "pinned")


def registry(folder, memory, seed, seconds, spare):
    """The hive for this machine; its path."""
    lines = ["Windows Registry Editor Version 5.00", "", f"[{MEMORY_KEY}]",
             f'"PagingFiles"=multi:"C:\\\\pagefile.sys {memory * TIMES} {memory * TIMES}"',
             '"DisablePagingExecutive"=dword:00000000']
    for name in ("stress", *COPIES):
        lines += ["", f"[{SERVICES}\\{name}]", '"Type"=dword:00000001', '"Start"=dword:00000003',
                  '"ErrorControl"=dword:00000001',
                  f'"ImagePath"=str(2):"System32\\\\drivers\\\\{name}.sys"']
        if name in ("stress", FIRST[0]):
            time_given = seconds if name == "stress" else FIRST[1]
            lines += [f'"Seed"=dword:{seed:08x}', f'"Seconds"=dword:{time_given:08x}',
                      f'"Spare"=dword:{spare:08x}']
    more = os.path.join(folder, "stress.reg")
    with open(more, "w") as file:
        file.write("\n".join(lines) + "\n")
    hive = os.path.join(folder, "SYSTEM")
    tools = os.path.dirname(os.path.abspath(__file__))
    subprocess.run([f"{tools}/mkhive", hive, f"{tools}/system.reg", more], check=True)
    return hive


def disk(folder, hive, memory):
    image = os.path.join(folder, "stress.img")
    tools = os.path.dirname(os.path.abspath(__file__))
    drivers = glob.glob(os.path.join(vm.BUILD, "drivers", "*.sys"))
    subprocess.run([f"{tools}/mkdisk", "--size", str(max(288, memory * TIMES + 64)), image, hive,
                    *drivers], check=True)
    for copy, original in COPIES.items():
        vm.put_file(image, os.path.join(vm.BUILD, "drivers", original + ".sys"),
                    "Pagoda/System32/drivers", copy + ".sys")
    return image


def figures(machine):
    """{name: number} of what must come back: `vm`, pool in use by tag, threads."""
    machine.command("trim /out")
    text = machine.command("vm")[1]
    found = {name: int(number) for name, number in re.findall(r"(?m)^(\w+) +(\d+)", text)
             if name in EXACT + ("pagetables", "zeroed", "free", "standby", "modified", "active", "slots")}
    tables = found.pop("pagetables", 0)  # made when an address is first used, and kept
    found["pinned"] -= tables
    found["frames"] = sum(found.pop(name) for name in
                          ("zeroed", "free", "standby", "modified", "active"))
    for tag, used, _, paged, _ in re.findall(r"(?m)^(.{4}) +(\d+) +(\d+) +(\d+) +(\d+)$",
                                             machine.command("pool")[1]):
        if tag != CONSOLE_TAG:
            found[f"pool {tag}"] = int(used) + int(paged)
    found["threads"] = len(re.findall(r"(?m)^0x[0-9A-F]{8} ", machine.command("ps")[1]))
    return found


def run(machine, name):
    """Loads the stress under this name, waits for its verdict, unloads it; (passed, its line)."""
    begin = len(machine.console)
    status, text = machine.command(f"load {name}.sys")
    if status & 0x80000000:
        return False, text
    # It prints when it is done, with the prompt already there.
    while True:
        verdict = re.search(r"stress: (passed|failed)[^\n]*\n", machine.text(begin))
        if verdict:
            break
        machine.pump(min(machine.remaining(), 1.0))
        for event in machine.events:
            if event.startswith(("stop", "halt")):
                machine.wait_event("never")
    status, _ = machine.command(f"unload {name}")
    said = [line for line in machine.text(begin).splitlines() if line.startswith("stress: ")]
    return verdict.group(1) == "passed" and status == 0, "\n".join(said)


def stress(memory, seed, seconds, spare=SPARE, log=None):
    """One machine; a list of (what, good, detail)."""
    with tempfile.TemporaryDirectory(prefix="pagoda-stress-") as folder:
        hive = registry(folder, memory, seed, seconds, spare)
        modules = [os.path.join(vm.BUILD, "drivers", name) for name in vm.BOOT_DRIVERS] + [hive]
        machine = vm.Machine(memory=memory, disk=disk(folder, hive, memory), modules=modules,
                             timeout=2 * seconds + START * max(1, memory // 16), log=log)
        points = []
        with machine:
            try:
                machine.wait_ready()
                good, text = run(machine, FIRST[0])
                points.append(("a first second", good, text))
                before = figures(machine)
                good, text = run(machine, "stress")
                points.append((f"{seconds} seconds", good, text))
                after = figures(machine)
                changed = [f"{name}: {before.get(name, 0)} before, {after.get(name, 0)} after"
                           for name in sorted({*before, *after})
                           if before.get(name, 0) != after.get(name, 0)]
                points.append(("nothing left behind", not changed, "\n".join(changed)))
                machine.shutdown()
            except (vm.Gone, vm.TimeUp) as end:
                points.append(("the machine goes on", False,
                               f"{type(end).__name__} {end}\n{machine.text()[-3000:]}"))
        return points


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=3)
    parser.add_argument("--memory", type=int, action="append")
    parser.add_argument("--spare", type=int, default=SPARE, help="pages of commit left to others")
    options = parser.parse_args()
    sizes = options.memory or [16, 32, 64]
    passed = True
    for memory in sizes:
        began = time.monotonic()
        points = stress(memory, options.seed, max(1, int(options.minutes * 60 / len(sizes))),
                        options.spare)
        for what, good, detail in points:
            passed = passed and good
            print(f"{memory} MiB: {what}: {'passed' if good else 'FAILED'}\n{detail}".strip(),
                  flush=True)
        print(f"{memory} MiB: {time.monotonic() - began:.0f} s", flush=True)
    print(f"stress: {'passed' if passed else 'FAILED'}")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
