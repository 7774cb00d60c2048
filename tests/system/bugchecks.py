#!/usr/bin/env python3
"""Each misuse ends in its bugcheck, with the line the contract promises, the driver and the section
at fault, and on the screen too. A driver that does it is built for each; drivers/misuse.c."""
# timeout: 600

import os
import re

from harness import main, vm

SOURCE = open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "drivers",
                           "misuse.c")).read()
LINE = re.compile(r"^\*\*\* STOP: 0x([0-9A-F]{8}) \(0x([0-9A-F]{8}),0x([0-9A-F]{8}),0x([0-9A-F]{8}),"
                  r"0x([0-9A-F]{8})\) (\S+) (\S+) (\S+)$", re.M)

# MISUSE: (what, codes allowed, first parameter or None, IRQL as second or None, section or None)
CASES = {
    1: ("unlock at 0", (0x1A,), 0x1010, None, None),
    2: ("lock of a pool address", (0x1A,), 0x1234, None, None),
    3: ("lock of a stack address", (0x1A,), 0x1234, None, None),
    4: ("paged-out data at DISPATCH_LEVEL", (0xD3,), None, 2, "PAGEDATA"),
    5: ("paged-out code at DISPATCH_LEVEL", (0xD3,), None, 2, "PAGE"),
    6: ("trimmed data at DISPATCH_LEVEL", (0xD3,), None, 2, "PAGEDATA"),
    7: ("paged-out pool at DISPATCH_LEVEL", (0xD1,), None, 2, None),
    8: ("call into discarded INIT", (0x50,), None, None, "INIT"),
    9: ("write to code", (0xBE,), None, None, ".text"),
    10: ("execute data", (0xFC,), None, None, ".data"),
    11: ("pool freed twice", (0xC2,), (6, 7), None, None),
    12: ("pool freed with the wrong tag", (0xC2,), 0xA, None, None),
    13: ("paged pool at DISPATCH_LEVEL", (0xC2,), 8, 2, None),
    14: ("stack overflow", (0x7F,), 8, None, None),
    15: ("an address that is nobody's", (0x50,), 0xBFFF0000, None, None),
    16: ("a null pointer", (0x7E, 0x1E, 0x8E), None, None, None),
    17: ("a driver's own bugcheck", (0xDEADDEAD,), 1, 2, None),
    19: ("lock by a handle that is none", (0x1A,), 0x1234, None, None),
    20: ("unlock by a handle that is none", (0x1A,), 0x1010, None, None),
    21: ("a spin lock taken twice", (0x0F,), None, None, None),
    22: ("a null pointer at DISPATCH_LEVEL", (0xD1,), 0x10, 2, None),
}


def crash(t, what, machine, line):
    """Types a command that brings the machine down; the fields of its last words."""
    try:
        machine.send(line + "\r")
        while True:
            machine.wait_event("never")
    except vm.Gone as gone:
        text = machine.text()
        if not t.check(f"{what}: bugcheck", gone.how == "stop", f"{gone}\n{text[-1500:]}"):
            return None
    except vm.TimeUp:
        t.check(f"{what}: bugcheck", False, "timeout\n" + machine.text()[-1500:])
        return None
    match = LINE.search(text)
    if not t.check(f"{what}: the line of the contract", match, text[-1500:]):
        return None
    screen = "\n".join(machine.screen())
    t.check(f"{what}: on the screen", f"STOP: 0x{match.group(1)}" in screen, screen)
    return [int(field, 16) for field in match.groups()[:5]] + list(match.groups()[5:]), text


def body(t):
    for number, (what, codes, first, irql, section) in CASES.items():
        driver = t.driver(f"misuse{number}", SOURCE, defines=[f"MISUSE={number}"])
        with t.machine(drivers=[driver], timeout=40) as machine:
            said = crash(t, what, machine, f"load misuse{number}.sys")
            if not said:
                continue
            fields, text = said
            firsts = first if isinstance(first, tuple) else (first,)
            good = (fields[0] in codes and (first is None or fields[1] in firsts)
                    and (irql is None or fields[2] == irql))
            t.check(f"{what}: code and parameters", good, fields)
            t.check(f"{what}: the code has a name",
                    number == 17 or fields[5] != "UNKNOWN_BUGCHECK", fields)
            eip = re.search(r"^eip ([0-9A-F]{8})", text, re.M)
            eip = int(eip.group(1), 16) if eip else None
            if fields[0] in (0xD1, 0xD3):
                kind = 8 if fields[1] == eip else 0  # execution or reading
                t.check(f"{what}: how and by whom", fields[3:5] == [kind, eip], fields)
            elif fields[0] == 0x50:
                entry = 0 if section == "INIT" else 2  # a freed PTE, or none
                t.check(f"{what}: how and by whom", fields[2:5] == [0, eip, entry], fields)
            if section:
                t.check(f"{what}: names driver and section",
                        fields[6].startswith(f"misuse{number}.sys+") and fields[7] == section,
                        fields)
            if number == 5:
                t.check("the stack trace names the driver and kernel routines",
                        "misuse5.sys+" in text.split("STOP:")[1]
                        and re.search(r"!?Ps\w*|Ki\w+", text.split("STOP:")[1]), text[-1500:])

    for code in (0xE2, 0x12345678):
        with t.machine(timeout=30) as machine:
            said = crash(t, f"crash {code:X}", machine, f"crash {code:X}")
            if said:
                t.check(f"crash {code:X}: its code", said[0][0] == code, said[0])


main(body)
