#!/usr/bin/env python3
"""Drivers that import each other: a diamond of libraries initialised innermost first, shared by two
drivers, gone with the last of them; nothing left when a library is missing."""

import os
import re

from harness import main, vm


def built(*names):
    return [os.path.join(vm.BUILD, "drivers", name + ".sys") for name in names]


def points(t, text):
    """Passes a driver's TAP on."""
    for verdict, what in re.findall(r"^(ok|not ok) \d+ - (.*)$", text, re.M):
        t.check(what, verdict == "ok", text)
    return len(re.findall(r"^1\.\.\d+$", text, re.M))


def body(t):
    with t.machine(drivers=built("test_imports", "chain2", "chaina", "chainb")) as machine:
        before = t.command(machine, "drivers")
        text = t.command(machine, "load test_imports.sys")
        t.check("both libraries are initialised, with their service's path, innermost first",
                re.search(r"# chainb DllInitialize good path\n(.*\n)*?"
                          r"# chaina DllInitialize good path", text), text)
        t.check("the driver's own tests ran", points(t, text) == 1, text)
        text = t.command(machine, "load chain2.sys")
        t.check("a second user does not initialise them again", "DllInitialize" not in text, text)
        text = t.command(machine, "unload test_imports")
        t.check("libraries still used stay", "DllUnload" not in text, text)
        text = t.command(machine, "unload chain2")
        t.check("with the last user they go, outermost first",
                re.search(r"chaina DllUnload(.*\n)*?.*chainb DllUnload", text), text)
        t.check("the list of drivers is as before", t.command(machine, "drivers") == before)
        text = t.command(machine, "load test_imports.sys")
        t.check("they can be loaded again", "chainb DllInitialize" in text, text)
        machine.shutdown()

    with t.machine(drivers=built("test_imports", "chaina")) as machine:
        t.command(machine, r"del C:\Pagoda\System32\drivers\chainb.sys")
        before = t.command(machine, "drivers")
        status, text = machine.command("load test_imports.sys")
        t.check("a missing library of a library: STATUS_DLL_NOT_FOUND", status == 0xC0000135, text)
        t.check("the line names file and library",
                re.search(r"(test_imports|chaina)\.sys:? imports chainb\.\w+, .*not there", text),
                text)
        t.check("nothing was initialised", "DllInitialize" not in text, text)
        t.check("nothing is left", t.command(machine, "drivers") == before)
        machine.shutdown()


main(body)
