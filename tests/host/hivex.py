#!/usr/bin/env python3
"""Hives of ours and hivex's: what we write, hivexregedit exports and merges into; what tools/mkhive
and hivexregedit make, our reader reads key by key."""

import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HIVE = os.path.join(ROOT, "build", "host", "hive")

number = failures = 0


def check(what, good, detail=""):
    global number, failures
    number += 1
    print(f"{'ok' if good else 'not ok'} {number} - {what}")
    if not good:
        failures += 1
        print("# " + str(detail).strip().replace("\n", "\n# "))


def run(*command):
    """Status and output; complaints (Perl warns of wide characters) only when it failed."""
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    text = result.stdout + (result.stderr if result.returncode else b"")
    return result.returncode, text.decode("utf-8", "replace")


def main():
    with tempfile.TemporaryDirectory() as folder:
        ours = os.path.join(folder, "ours")
        status, text = run(HIVE, "--write", ours)
        check("our hive is written", status == 0, text)
        status, text = run("hivexregedit", "--export", ours, "\\")
        check("hivexregedit exports it", status == 0, text)
        for wanted in (r"[\Select]", '"Current"=dword:00000001', r"[\ControlSet001\Services\disk]",
                       r"[\ControlSet001\Services\Atapi]",
                       "[\\ControlSet001\\Services\\\u0416\u00e9\u4e00]",
                       '"Empty"=hex(3):'):
            name = wanted.encode("ascii", "replace").decode()
            check(f"it holds {name}", wanted in text, text[:3000])
        large = re.search(r'"Large"=hex\(3\):([0-9a-f,]*)', text)
        data = bytes(int(byte, 16) for byte in large.group(1).split(",")) if large else b""
        expected = bytes(i * 7 & 255 for i in range(20000))
        check("the large value is whole", data == expected, len(data))

        merge = os.path.join(folder, "more.reg")
        with open(merge, "w") as file:
            file.write("Windows Registry Editor Version 5.00\n\n"
                       "[HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\added]\n"
                       '"Start"=dword:00000003\n')
        status, text = run("hivexregedit", "--merge", "--prefix", r"HKEY_LOCAL_MACHINE\SYSTEM",
                           ours, merge)
        check("hivexregedit merges into it", status == 0, text)
        status, text = run(HIVE, "--dump", ours)
        check("our reader reads what hivex changed", status == 0 and "key added" in text
              and "value Start type 4 length 4" in text and "key disk" in text
              and "value Large type 3 length 20000" in text, text)

        made = os.path.join(folder, "made")
        status, text = run(sys.executable, os.path.join(ROOT, "tools", "mkhive"), made,
                           os.path.join(ROOT, "tools", "system.reg"))
        check("mkhive makes a hive", status == 0, text)
        status, text = run(HIVE, "--dump", made)
        check("our reader reads it", status == 0 and "key Services" in text
              and "key fastfat" in text, text)
    print(f"1..{number}")
    return 1 if failures else 0


sys.exit(main())
