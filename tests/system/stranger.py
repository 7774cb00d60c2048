#!/usr/bin/env python3
"""A driver built with mingw-w64's stock DDK, and the same built with ours: everything a driver of
somebody else would do, with a library it imports. drivers/stranger.c prints the points."""

import os
import re

from harness import ROOT, main

HERE = os.path.dirname(os.path.abspath(__file__))


def read(name):
    with open(os.path.join(HERE, "drivers", name)) as file:
        return file.read()


def body(t):
    tap = f"-I{ROOT}/tests/kernel"
    for ours in (False, True):
        kit = "our kit" if ours else "mingw-w64's kit"
        helper = t.driver("helper", read("helper.c"), ours=ours,
                          dll="LIBRARY helper.sys\nEXPORTS\n HelperAdd@4\n HelperTotal DATA\n"
                              " DllInitialize@4 PRIVATE\n DllUnload@0 PRIVATE\n")
        driver = t.driver("stranger", read("stranger.c"), ours=ours, extra=[tap],
                          links=["-lhelper"])
        with t.machine(drivers=[helper, driver]) as machine:
            text = t.command(machine, "load stranger.sys")
            text += t.command(machine, "drivers")
            t.check(f"{kit}: the library is in the list of drivers", "helper.sys" in text.lower(),
                    text)
            text += t.command(machine, "unload stranger")
            for verdict, what in re.findall(r"(?m)^(ok|not ok) \d+ - (.*)$", text):
                t.check(f"{kit}: {what}", verdict == "ok")
            points = len(re.findall(r"(?m)^(?:not )?ok \d+", text))
            t.check(f"{kit}: all points were reached", f"1..{points}" in text and points >= 25, text)
            t.check(f"{kit}: DllInitialize and DllUnload ran once each",
                    text.count("helper: DllInitialize") == 1
                    and text.count("helper: DllUnload") == 1, text)
            machine.shutdown()
        typed = "written by a stranger"
        machine = t.machine(drivers=[helper, driver])
        with machine:
            t.command(machine, "load stranger.sys")
            text = t.command(machine, r"type C:\stranger.txt")
            t.check(f"{kit}: the file it wrote can be read", typed in text, text)
            machine.shutdown()


main(body)
