#!/usr/bin/env python3
"""`bench` prints one METRIC line for each name that the figures are compared by, each a number of its
own."""

import re

from harness import main

NAMES = {"fault.demand_zero", "fault.demand_zero_clear", "fault.soft", "fault.hard",
         "lock.section16", "mdl.probe_lock16", "mdl.map_unmap16", "irp.null", "irp.null2",
         "switch.event", "thread.create_join", "work.queue_run", "dpc.queue_run", "pool.pair64",
         "pool.pair1024", "spinlock.pair", "paging.in", "paging.out", "driver.load_unload",
         "driver.file_read"}


def body(t):
    with t.machine() as machine:
        text = t.command(machine, "bench")
        lines = re.findall(r"^METRIC (\S+) (\d+) \S+$", text, re.M)
        t.check("every name has a line", {name for name, _ in lines} >= NAMES, text)
        t.check("every value is more than nothing", all(int(value) > 0 for _, value in lines), text)
        text = t.command(machine, "bench pool.*")
        t.check("a pattern selects", {name for name, _ in re.findall(r"METRIC (\S+) (\d+)", text)}
                == {"pool.pair64", "pool.pair1024"}, text)
        t.command(machine, "bench no.such", 0xC0000225)
        machine.shutdown()


main(body)
