#!/usr/bin/env python3
"""Export lists, made from the public headers: a routine or variable declared in ddk/inc with
NTKERNELAPI or NTSYSAPI is exported from ntoskrnl.exe, one with NTHALAPI from hal.dll. Both live in
the one kernel image; the table of hal's names lets the loader keep the two apart.

The preprocessor finds the declarations and the compiler says how each symbol is decorated, so that
no argument size is counted here. Writes into OUT:
  ntoskrnl.def               exports of the kernel image, both DLLs together
  gen/ntoskrnl.import.def    for the import libraries
  gen/hal.import.def
  gen/halexports.asm         KiHalExports, KiHalExportCount: hal's names, sorted by strcmp
"""

import argparse
import os
import re
import subprocess
import sys

MARKS = {"NTKERNELAPI": "ntoskrnl.exe", "NTSYSAPI": "ntoskrnl.exe", "NTHALAPI": "hal.dll"}
MARKER = re.compile(r"@@(NTKERNELAPI|NTSYSAPI|NTHALAPI)@@")


def run(command, **options):
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            **options)
    if result.returncode:
        sys.exit(f"exports.py: {' '.join(command[:2])} failed:\n{result.stderr}")
    return result.stdout


def headers(folder):
    """The top-level headers, the ones that stand for everything first."""
    names = sorted(n for n in os.listdir(folder) if n.endswith(".h"))
    first = [n for n in ("ntifs.h", "ntddk.h", "wdm.h") if n in names][:1]
    return first + [n for n in names if n not in first and n not in ("ntddk.h", "wdm.h")]


def strip_attributes(text):
    """Removes __attribute__((…)) and __declspec(…) with their nested parentheses."""
    while True:
        match = re.search(r"__attribute__\s*\(|__declspec\s*\(", text)
        if not match:
            return text
        depth, end = 1, match.end()
        while depth and end < len(text):
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            end += 1
        text = text[:match.start()] + " " + text[end:]


def declared_name(declaration):
    """(name, is_data) of one declaration with its marker removed."""
    text = " ".join(strip_attributes(declaration).split())
    function = re.match(r"[^(]*?(\w+)\s*\(", text)
    if function and function.group(1) not in ("__typeof__",):
        return function.group(1), False
    data = re.match(r".*?(\w+)\s*(\[[^\]]*\]\s*)*$", text)
    if not data:
        sys.exit(f"exports.py: cannot read the declaration: {text}")
    return data.group(1), True


def scan(args, flags):
    """Every exported declaration: {name: (dll, is_data)}."""
    source = "".join(f"#include <{name}>\n" for name in headers(args.inc))
    # A marker the compiler proper would reject, but which passes the preprocessor unchanged.
    marks = [f"-D{mark}=@@{mark}@@" for mark in MARKS]
    text = run([args.cc, "-E", "-P", *flags, *marks, "-x", "c", "-"], input=source)
    text = re.sub(r"(?m)^#.*$", "", text)
    found = {}
    for statement in re.split(r"[;{}]", text):
        mark = MARKER.search(statement)
        if not mark or "typedef" in statement.split():
            continue
        name, is_data = declared_name(MARKER.sub("", statement))
        dll = MARKS[mark.group(1)]
        if name in found and found[name] != (dll, is_data):
            sys.exit(f"exports.py: {name} is declared for {found[name][0]} and for {dll}")
        found[name] = (dll, is_data)
    return found


def decorate(args, flags, found):
    """Asks the compiler for the symbol of each name: {name: symbol without the leading _}."""
    lines = [f"#include <{name}>" for name in headers(args.inc)]
    names = sorted(found)
    for index, name in enumerate(names):
        lines.append(f"const void *const Probe{index} = (const void *)&{name};")
    os.makedirs(os.path.join(args.out, "gen"), exist_ok=True)
    probe = os.path.join(args.out, "gen", "probe.c")
    with open(probe, "w") as file:
        file.write("\n".join(lines) + "\n")
    run([args.cc, "-c", "-w", "-D_NTOSKRNL_", *flags, "-fno-builtin", probe,
         "-o", probe[:-1] + "o"])
    symbols = {}
    for line in run([args.nm, "-u", probe[:-1] + "o"]).splitlines():
        symbol = line.split()[-1]
        plain = symbol[1:]
        symbols[re.sub(r"@\d+$", "", plain)] = symbol if symbol.startswith("@") else plain
    missing = [name for name in names if name not in symbols]
    if missing:
        sys.exit("exports.py: declared for export but inline or defined in the header: "
                 + ", ".join(missing))
    return symbols


def read_extra(path):
    """Exports no C declaration describes: lines 'dll exported-name symbol'."""
    extra = []
    if os.path.exists(path):
        for line in open(path):
            fields = line.split("#")[0].split()
            if fields:
                extra.append(tuple(fields))
    return extra


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cc", default="i686-w64-mingw32-gcc")
    parser.add_argument("--nm", default="i686-w64-mingw32-nm")
    parser.add_argument("--inc", default="ddk/inc")
    parser.add_argument("--extra", metavar="LIST", action="append", default=[])
    parser.add_argument("--out", default="build")
    args = parser.parse_args()

    gcc_include = run([args.cc, "-print-file-name=include"]).strip()
    flags = ["-std=gnu11", "-ffreestanding", "-nostdinc", "-isystem", gcc_include, "-I", args.inc,
             "-D_X86_", "-Di386", "-DDBG=1"]
    found = scan(args, flags) if os.path.isdir(args.inc) and headers(args.inc) else {}
    symbols = decorate(args, flags, found) if found else {}

    # One row an export: (dll, name, symbol, is_data), the symbol without C's leading underscore.
    rows = [(dll, name, symbols[name], is_data) for name, (dll, is_data) in found.items()]
    extra = args.extra or [os.path.join(os.path.dirname(__file__), "exports.extra")]
    for dll, name, symbol in (row for path in extra for row in read_extra(path)):
        rows.append((dll, name, symbol[1:] if symbol.startswith("_") else symbol, False))
    rows.sort(key=lambda row: row[1])

    gen = os.path.join(args.out, "gen")
    os.makedirs(gen, exist_ok=True)
    union = "".join(f"    {name}={symbol}{' DATA' if is_data else ''}\n"
                    for _, name, symbol, is_data in rows)
    write(os.path.join(args.out, "ntoskrnl.def"), "NAME ntoskrnl.exe\nEXPORTS\n" + union)
    for dll in ("ntoskrnl.exe", "hal.dll"):
        # dlltool -k takes the decorated name and exports it undecorated.
        own = "".join(f"    {symbol}{' DATA' if is_data else ''}\n"
                      for where, _, symbol, is_data in rows if where == dll)
        write(os.path.join(gen, dll.split(".")[0] + ".import.def"),
              f"LIBRARY {dll}\nEXPORTS\n" + own)

    hal = sorted((name for dll, name, _, _ in rows if dll == "hal.dll"), key=str.encode)
    asm = ["; Names exported by hal.dll, sorted; generated by tools/exports.py.",
           "global _KiHalExports", "global _KiHalExportCount", "section .rdata align=4",
           f"_KiHalExportCount: dd {len(hal)}", "_KiHalExports:"]
    asm += [f"    dd name{index}" for index in range(len(hal))] + ["    dd 0"]
    asm += [f'name{index}: db "{name}", 0' for index, name in enumerate(hal)]
    write(os.path.join(gen, "halexports.asm"), "\n".join(asm) + "\n")


if __name__ == "__main__":
    main()
