#!/usr/bin/env python3
"""The binary contract: our headers against mingw-w64's. Layouts of all structures that both declare
are read from DWARF and compared, constants that both define are evaluated by the compiler and
compared. What is different and why stands in headers.known: lines `name reason`."""

import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CC = "i686-w64-mingw32-gcc"
HEADERS = ("ntifs.h", "ntdddisk.h", "ntddkbd.h", "kbdmou.h", "srb.h", "scsi.h", "ntddstor.h")
INCLUDE = "".join(f"#include <{name}>\n" for name in HEADERS)


def flags():
    include = subprocess.run([CC, "-print-file-name=include"], check=True, text=True,
                             stdout=subprocess.PIPE).stdout.strip()
    ours = ["-nostdinc", "-isystem", include, "-I", os.path.join(ROOT, "ddk", "inc")]
    theirs = ["-I/usr/i686-w64-mingw32/include/ddk"]
    common = ["-w", "-D_X86_", "-Di386", "-ffreestanding", "-std=gnu11"]
    return common + ours, common + theirs


def run(command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


class Dwarf:
    """The types of one object file, from objdump's listing."""

    def __init__(self, path):
        listing = run(["i686-w64-mingw32-objdump", "--dwarf=info", path]).stdout
        self.entries = {}
        parents = []
        entry = None
        for line in listing.splitlines():
            head = re.match(r" <(\d+)><([0-9a-f]+)>: Abbrev Number: \d+ \((DW_TAG_\w+)\)", line)
            if head:
                depth = int(head.group(1))
                entry = {"tag": head.group(3)[7:], "children": []}
                self.entries[int(head.group(2), 16)] = entry
                del parents[depth:]
                if parents:
                    parents[-1]["children"].append(entry)
                parents.append(entry)
                continue
            field = re.match(r"    <[0-9a-f]+>   DW_AT_(\w+)\s*: (.*)", line)
            if field and entry is not None:
                value = field.group(2).strip()
                if value.startswith("(indirect"):
                    value = value.split("): ", 1)[1]
                entry[field.group(1)] = value

    def type_of(self, entry):
        reference = entry.get("type")
        return self.entries[int(reference.strip("<>"), 16)] if reference else None

    @staticmethod
    def number(entry, name):
        value = entry.get(name)
        return int(value.split()[0], 0) if value else None

    def size(self, entry):
        """Bytes of a type."""
        if entry is None:
            return 0
        if entry["tag"] == "array_type":
            count = 1
            for child in entry["children"]:
                if child["tag"] == "subrange_type":
                    bound = self.number(child, "upper_bound")
                    counted = self.number(child, "count")
                    count *= counted if counted is not None else 0 if bound is None else bound + 1
            return count * self.size(self.type_of(entry))
        size = self.number(entry, "byte_size")
        return size if size is not None else self.size(self.type_of(entry))

    def members(self, entry, base=0, prefix=""):
        """{path: (offset, size, bit size)} with the members of nameless and inner ones too."""
        found = {}
        for child in entry["children"]:
            if child["tag"] != "member":
                continue
            kind = self.type_of(child)
            while kind is not None and kind["tag"] in ("typedef", "const_type", "volatile_type"):
                kind = self.type_of(kind)
            offset = base + (self.number(child, "data_member_location") or 0)
            bits = self.number(child, "bit_size")
            if bits is not None:
                offset = base * 8 + (self.number(child, "data_bit_offset") or 0)
            name = child.get("name")
            if name:
                found[prefix + name] = (offset, self.size(self.type_of(child)), bits)
            if kind is not None and kind["tag"] in ("structure_type", "union_type") and \
                    (not name or "name" not in kind):
                inner = prefix + name + "." if name else prefix
                found.update(self.members(kind, offset, inner))
        return found

    def structures(self):
        """{name: (size, members)}: by tag, or by typedef for those without one."""
        found = {}
        for entry in self.entries.values():
            name, kind = entry.get("name"), entry
            if entry["tag"] == "typedef":
                kind = self.type_of(entry)
                if kind is None or "name" in kind:
                    continue
            if kind["tag"] not in ("structure_type", "union_type") or "declaration" in kind \
                    or not name:
                continue
            found[name] = (self.size(kind), self.members(kind))
        return found

    def enumerators(self):
        return {child["name"]: int(child["const_value"].split()[0], 0)
                for entry in self.entries.values() if entry["tag"] == "enumeration_type"
                for child in entry["children"] if child["tag"] == "enumerator"}


def macros(options):
    """{name: text} of macros without arguments."""
    listing = subprocess.run([CC, *options, "-dM", "-E", "-x", "c", "-"], input=INCLUDE, text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout
    return dict(re.findall(r"^#define (\w+) (.+)$", listing, re.M))


def evaluate(options, names, folder):
    """{name: value} of those macros that are integer constants; the others drop out."""
    source, listing = os.path.join(folder, "values.c"), os.path.join(folder, "values.s")
    with open(source, "w") as file:
        file.write(INCLUDE)
        file.write("".join(f"const long long Value_{name} = (long long)({name});\n"
                           for name in names))
    # Expanded first, so that an error is reported in the line of the macro that it is about.
    lines = run([CC, *options, "-E", "-P", source]).stdout.splitlines()
    source = os.path.join(folder, "values.i")
    while True:
        with open(source, "w") as file:
            file.write("\n".join(lines) + "\n")
        result = run([CC, *options, "-O1", "-fmax-errors=0", "-S", source, "-o", listing])
        bad = {int(line) - 1 for line in re.findall(r"values\.i:(\d+):\d+: error", result.stderr)}
        bad = {index for index in bad if "long long Value_" in lines[index]}
        if not bad:
            break
        for index in bad:
            lines[index] = ""
    if result.returncode:
        raise RuntimeError(result.stderr[-2000:])
    with open(listing) as file:
        text = file.read()
    values = {name: 0 for name in re.findall(r"^_Value_(\w+):\n\s+\.space\s+8", text, re.M)}
    for name, low in re.findall(r"^_Value_(\w+):\n\s+\.long\s+(-?\d+)\n\s+\.long", text, re.M):
        values[name] = int(low) & 0xFFFFFFFF
    return values


def main():
    known = {}
    with open(os.path.splitext(os.path.abspath(__file__))[0] + ".known") as file:
        for line in file:
            name, _, reason = line.strip().partition(" ")
            if name and not name.startswith("#"):
                known[name] = reason
    ours, theirs = flags()
    wrong = {"layouts": [], "enumerations": [], "constants": []}
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "types.c")
        with open(source, "w") as file:
            file.write(INCLUDE)
        parsed = []
        for side, options in (("ours", ours), ("theirs", theirs)):
            path = os.path.join(folder, side + ".o")
            result = run([CC, *options, "-g", "-fno-eliminate-unused-debug-types", "-c", source,
                          "-o", path])
            if result.returncode:
                print("1..1\nnot ok 1 - the headers compile\n# "
                      + result.stderr.replace("\n", "\n# "))
                return 1
            parsed.append(Dwarf(path))

        mine, other = (dwarf.structures() for dwarf in parsed)
        structures = sorted(set(mine) & set(other))
        for name in structures:
            if mine[name][0] != other[name][0] and name not in known:
                wrong["layouts"].append(f"{name}: {mine[name][0]} bytes, mingw-w64 "
                                        f"{other[name][0]}")
            for member in sorted(set(mine[name][1]) & set(other[name][1])):
                full = f"{name}.{member}"
                if mine[name][1][member] != other[name][1][member] and full not in known \
                        and name not in known:
                    wrong["layouts"].append(f"{full}: (offset, size, bits) {mine[name][1][member]},"
                                            f" mingw-w64 {other[name][1][member]}")
        mine, other = (dwarf.enumerators() for dwarf in parsed)
        enumerators = sorted(set(mine) & set(other))
        wrong["enumerations"] += [f"{name}: {mine[name]}, mingw-w64 {other[name]}"
                                  for name in enumerators
                                  if mine[name] != other[name] and name not in known]

        builtin = set(macros([*ours, "-DNOTHING"])) & set(re.findall(
            r"^#define (\w+)", run([CC, "-dM", "-E", "-x", "c", "/dev/null"]).stdout, re.M))
        names = sorted((set(macros(ours)) & set(macros(theirs))) - builtin)
        mine, other = evaluate(ours, names, folder), evaluate(theirs, names, folder)
        constants = sorted(set(mine) & set(other))
        wrong["constants"] += [f"{name}: 0x{mine[name]:X}, mingw-w64 0x{other[name]:X}"
                               for name in constants
                               if mine[name] != other[name] and name not in known]

    print("1..3")
    for number, (what, count) in enumerate((("layouts", len(structures)),
                                            ("enumerations", len(enumerators)),
                                            ("constants", len(constants))), 1):
        print(f"{'not ok' if wrong[what] or not count else 'ok'} {number} - {count} {what} "
              "agree with mingw-w64")
        for line in wrong[what]:
            print("# " + line)
    return 1 if any(wrong.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
