#!/usr/bin/env python3
"""Code in a PAGE section must not raise IRQL to DISPATCH_LEVEL or turn interrupts off: its own page
may leave before the raise, and the return is then a fault that nobody can resolve. Looks at the
calls and relocations in the objects of the kernel and of the drivers."""

import glob
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
OBJDUMP = "i686-w64-mingw32-objdump"
SECTIONS = ("PAGE", "PAGETEST")  # PAGExxxx of a driver may be locked while it does this
RAISERS = {"KfAcquireSpinLock", "KeAcquireSpinLock", "KeRaiseIrqlToDpcLevel",
           "KeAcquireSpinLockRaiseToDpc", "IoAcquireCancelSpinLock", "KeAcquireInterruptSpinLock"}
APC_LEVEL = 1


def offences(obj):
    """(routine, what it does) for each place in obj's pageable sections."""
    command = [OBJDUMP, "-dr"] + [word for name in SECTIONS for word in ("-j", name)] + [obj]
    text = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          universal_newlines=True, check=False).stdout
    routine, level = "?", None
    for line in text.splitlines():
        label = re.match(r"[0-9a-f]+ <(.*)>:$", line)
        if label:
            routine, level = label.group(1), None
        loaded = re.search(r"\bmov\s+\$0x([0-9a-f]+),%e?c[lx]\b", line)
        if loaded:
            level = int(loaded.group(1), 16)
        if re.search(r"\bcli\s*$", line):
            yield routine, "cli"
        target = re.search(r"(?:DISP32|dir32)\s+(?:__imp_)?[_@]*(\w+)", line)
        if target:
            name = target.group(1)
            if name in RAISERS:
                yield routine, name
            elif name == "KfRaiseIrql" and level != APC_LEVEL:
                yield routine, f"{name} to {level}"


def main():
    objects = sorted(glob.glob(f"{ROOT}/build/obj/**/*.o", recursive=True) +
                     glob.glob(f"{ROOT}/build/drivers/obj/**/*.o", recursive=True))
    found = [f"{os.path.relpath(obj, ROOT)}: {routine} calls {what}"
             for obj in objects for routine, what in offences(obj)]
    print("1..1")
    for line in found:
        print(f"# {line}")
    print(f"{'not ok' if found or not objects else 'ok'} 1 - {len(objects)} objects")
    return 1 if found or not objects else 0


if __name__ == "__main__":
    sys.exit(main())
