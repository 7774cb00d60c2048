#!/usr/bin/env python3
"""The driver kit from outside: the template is copied to a folder of its own and built there; INIT
must be marked discardable, the checksum right, the sections in place and relocations kept."""

import os
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "system"))
sys.dont_write_bytecode = True
from pefile import Image  # noqa: E402 (lies in tests/system)

number = failures = 0


def check(what, good, detail=""):
    global number, failures
    number += 1
    print(f"{'ok' if good else 'not ok'} {number} - {what}")
    if not good:
        failures += 1
        print("# " + str(detail).strip().replace("\n", "\n# "))


def main():
    with tempfile.TemporaryDirectory() as folder:
        target = os.path.join(folder, "mine")
        shutil.copytree(os.path.join(ROOT, "ddk", "template"), target)
        result = subprocess.run(["make", "-C", target, f"PAGODA={ROOT}"], stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True,
                                env={key: value for key, value in os.environ.items()
                                     if not key.startswith("MAKE") and key != "MFLAGS"})
        check("the template builds outside of the tree", result.returncode == 0, result.stdout)
        check("without a warning", "warning" not in result.stdout, result.stdout)
        path = os.path.join(target, "build", "template.sys")
        if os.path.exists(path):
            data = open(path, "rb").read()
            image = Image(data)
            flags = {name: image.u32(image.section(name) + 36) for name in (".text", "INIT", "PAGE")}
            check("INIT, and only INIT, is discardable",
                  [name for name, value in flags.items() if value & 0x02000000] == ["INIT"], flags)
            check("code is not writable", not any(value & 0x80000000 for value in flags.values()),
                  flags)
            check("the entry point is in INIT",
                  image.u32(image.section("INIT") + 12) == image.u32(image.optional + 16) & ~0xFFF)
            check("relocations are kept", image.u32(image.directory(5) + 4) > 8)
            check("it exports nothing", image.u32(image.directory(0)) == 0)
            check("the checksum is right", Image(data).checksum().bytes() == data)
            check("symbols lie beside it",
                  os.path.exists(os.path.join(target, "build", "template.dbg")))
    print(f"1..{number}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
