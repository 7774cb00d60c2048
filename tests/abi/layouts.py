"""Reads struct layouts and enumeration values out of a compiler's DWARF, by way of objdump."""

import re
import subprocess

ENTRY = re.compile(r"^\s*<(\w+)><(\w+)>: Abbrev Number: (\d+)(?: \(DW_TAG_(\w+)\))?")
FIELD = re.compile(r"^\s*<\w+>\s+DW_AT_(\w+)\s*:\s*(.*)$")


class Node:
    def __init__(self, offset, tag):
        self.offset, self.tag, self.fields, self.children = offset, tag, {}, []


def parse(objdump, obj):
    """All entries of one object file's debug information: (roots, by offset)."""
    text = subprocess.run([objdump, "--dwarf=info", obj], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True, check=True).stdout
    roots, by_offset, stack, node = [], {}, [], None
    for line in text.splitlines():
        entry = ENTRY.match(line)
        if entry:
            depth, offset, number, tag = entry.groups()
            node = None
            if number == "0":
                continue
            node = Node(int(offset, 16), tag)
            by_offset[node.offset] = node
            depth = int(depth, 16)
            del stack[depth:]
            (stack[-1].children if stack else roots).append(node)
            stack.append(node)
            continue
        field = FIELD.match(line)
        if field and node:
            value = field.group(2)
            value = re.sub(r"^\(indirect (?:line )?string, offset: \w+\): ", "", value).strip()
            value = re.sub(r"^\((?:data\w+|[us]data|implicit_const|ref\w+|strp|string|"
                           r"exprloc|flag\w*)\)\s*", "", value)
            node.fields[field.group(1)] = value
    return roots, by_offset


def number(text):
    return int(text.split()[0], 0)


def members(by_offset, node, base, out):
    """Adds {name: (byte offset, bit size, bit offset)} of node, unnamed members merged in."""
    for child in node.children:
        if child.tag != "member":
            continue
        at = base + number(child.fields.get("data_member_location", "0"))
        name = child.fields.get("name")
        if name is None:
            inner = by_offset[int(child.fields["type"].strip("<>"), 16)]
            members(by_offset, inner, at, out)
            continue
        bits = child.fields.get("bit_size")
        where = (at, number(bits) if bits else 0, number(child.fields.get("bit_offset", "0"))
                 if bits else 0, child.fields.get("data_bit_offset"))
        out.setdefault(name, where)


def collect(objdump, obj):
    """({struct tag or typedef: (size, members)}, {enumerator: value})"""
    roots, by_offset = parse(objdump, obj)
    structs, enums = {}, {}
    for root in roots:
        for node in root.children:
            if node.tag == "enumeration_type":
                for item in node.children:
                    if item.tag == "enumerator":
                        enums[item.fields["name"]] = number(item.fields["const_value"])
            target, name = node, node.fields.get("name")
            if node.tag == "typedef" and "type" in node.fields:
                target = by_offset.get(int(node.fields["type"].strip("<>"), 16), node)
            if name and target.tag in ("structure_type", "union_type") \
                    and "byte_size" in target.fields:
                found = {}
                members(by_offset, target, 0, found)
                structs[name] = (number(target.fields["byte_size"]), found)
    return structs, enums
