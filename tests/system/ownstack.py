#!/usr/bin/env python3
"""A driver whose devices are attached to one another can be unloaded, and whatever it forgets, in
whatever order it lies in the stack, is taken back; drivers/ownstack.c."""

import os

from harness import main

SOURCE = open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "drivers",
                           "ownstack.c")).read()
BUSY = 0x80000011


def body(t):
    drivers = [t.driver("ownstack", SOURCE), t.driver("forgets", SOURCE, defines=["FORGETS=1"]),
               t.driver("fails", SOURCE, defines=["FAILS=1"])]
    with t.machine(drivers=drivers, timeout=40) as machine:
        before = t.command(machine, "dev")
        text = t.command(machine, "load ownstack.sys")
        t.check("DriverEntry cannot unload its driver", "in DriverEntry 0xC0000010" in text, text)
        status, text = machine.command("unload ownstack")
        t.check("Unload cannot, either", "in Unload 0xC0000010" in text, text)
        t.check("a driver attached to itself alone is unloaded", status == 0, text)
        t.command(machine, "load forgets.sys")
        status, text = machine.command("unload forgets")
        t.check("what it forgot is taken back", status == 0 and "left a device" in text, text)
        status, text = machine.command("load fails.sys")
        t.check("what a failed DriverEntry forgot, too", status == BUSY and "left a device" in text,
                text)
        after = t.command(machine, "dev")
        t.check("no device is left", after == before, after)
        machine.shutdown()


main(body)
