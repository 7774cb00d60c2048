#!/usr/bin/env python3
"""The binary contract: what we export against mingw-w64's import libraries. Each of our routines
must be there under the same decorated name (calling convention and bytes of arguments) and in the
same DLL, or a driver built with mingw-w64's own kit would not find it or would lose its stack.
Exceptions and their reasons stand in exports.known: lines `name reason`."""

import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
NM = "i686-w64-mingw32-nm"
LIBRARIES = "/usr/i686-w64-mingw32/lib"
failures = number = 0


def check(what, good, detail=()):
    global failures, number
    number += 1
    print(f"{'ok' if good else 'not ok'} {number} - {what}")
    failures += not good
    for line in detail:
        print("# " + line)


def plain(symbol):
    """@Name@8, Name@8 and Name as Name."""
    return symbol.lstrip("@").split("@")[0]


def theirs(library):
    """{name: decorated name} of an import library of mingw-w64."""
    text = subprocess.run([NM, "-g", f"{LIBRARIES}/lib{library}.a"], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True).stdout
    names = {}
    for line in text.splitlines():
        fields = line.split()
        if len(fields) == 3 and fields[2].startswith("__imp_"):
            symbol = fields[2][len("__imp_"):]
            symbol = symbol if symbol.startswith("@") else symbol[1:]
            names[plain(symbol)] = symbol
    return names


def ours(folder, dll):
    """The decorated names in the list that our import library is made from."""
    with open(os.path.join(folder, "gen", f"{dll}.import.def")) as file:
        return [line.split()[0] for line in file.read().splitlines()[2:] if line.strip()]


def main():
    with open(os.path.join(HERE, "exports.known")) as file:
        known = dict(line.rstrip("\n").split(None, 1) for line in file
                     if line.strip() and not line.startswith("#"))
    used = set()
    libraries = {dll: theirs(dll) for dll in ("ntoskrnl", "hal")}
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, os.path.join(ROOT, "tools", "exports.py"), "--out", folder,
                        "--inc", os.path.join(ROOT, "ddk", "inc")], check=True)
        for dll in ("ntoskrnl", "hal"):
            wrong = []
            symbols = ours(folder, dll)
            for symbol in symbols:
                name = plain(symbol)
                there = libraries[dll].get(name)
                if there == symbol:
                    continue
                if name in known:
                    used.add(name)
                    continue
                other = "hal" if dll == "ntoskrnl" else "ntoskrnl"
                wrong.append(f"{symbol}: mingw-w64 has {there or 'nothing'} in {dll}, "
                             f"{libraries[other].get(name, 'nothing')} in {other}")
            check(f"{len(symbols)} names of {dll} agree with mingw-w64", not wrong, wrong)
    idle = sorted(set(known) - used)
    check("every known exception is one", not idle, idle)
    print(f"1..{number}")
    return failures != 0


sys.exit(main())
