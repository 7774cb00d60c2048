#!/usr/bin/env python3
"""Drivers built with mingw-w64's own -lntoskrnl and -lhal must load: every name we export has to be
in the same one of its two import libraries, with the same decoration. What is different and why
stands in imports.known: lines `name reason`."""

import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def ours(library):
    """Symbols of our import library, from the list dlltool made it of."""
    symbols = set()
    with open(os.path.join(ROOT, "build", "gen", library + ".import.def")) as file:
        for line in file.read().split("EXPORTS\n")[1].splitlines():
            name = line.split()[0]
            symbols.add(name if name.startswith("@") else "_" + name)
    return symbols


def theirs(library):
    path = subprocess.run(["i686-w64-mingw32-gcc", f"-print-file-name=lib{library}.a"],
                          check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    listing = subprocess.run(["i686-w64-mingw32-nm", path], stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL, text=True).stdout
    return {match.group(1)
            for match in re.finditer(r"^[0-9a-f]+ I __imp_(\S+)$", listing, re.M)}


def plain(symbol):
    return re.sub(r"^[_@]|@\d+$", "", symbol)


def main():
    known = {}
    with open(os.path.splitext(os.path.abspath(__file__))[0] + ".known") as file:
        for line in file:
            name, _, reason = line.strip().partition(" ")
            if name and not name.startswith("#"):
                known[name] = reason
    libraries = {name: theirs(name) for name in ("ntoskrnl", "hal")}
    print("1..2")
    failed = False
    used = set()
    for number, library in enumerate(libraries, 1):
        wrong = []
        for symbol in sorted(ours(library) - libraries[library], key=plain):
            name = plain(symbol)
            if known.get(name):
                used.add(name)
                continue
            found = [f"{other}: {theirs_symbol}" for other, names in libraries.items()
                     for theirs_symbol in names if plain(theirs_symbol) == name]
            wrong.append(f"# {symbol} of {library}: mingw-w64 has {', '.join(found) or 'no such'}")
        for other in libraries:
            if other != library:
                wrong += [f"# {symbol} of {library}: mingw-w64 has it in {other} too"
                          for symbol in sorted(ours(library) & libraries[other])
                          if not known.get(plain(symbol))]
        failed = failed or bool(wrong)
        print(f"{'not ok' if wrong else 'ok'} {number} - {library} agrees with mingw-w64")
        print("\n".join(wrong) + ("\n" if wrong else ""), end="")
    for name in sorted(set(known) - used):
        print(f"# {name} in imports.known is no longer different")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
