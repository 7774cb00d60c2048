#!/usr/bin/env python3
"""From the start of QEMU to the prompt it takes less than half a second of an idle machine. One that
is busy with other things is allowed for: where the median of a few starts is above that, the median
of the processor time that QEMU took until then counts."""

import os
import statistics

from harness import main

LIMIT = 0.5  # seconds
STARTS = 5
TICK = 1 / os.sysconf("SC_CLK_TCK")


def processor_time(pid):
    """Seconds of processor time that a process and its threads have taken."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return TICK * (int(fields[11]) + int(fields[12]))


def body(t):
    walls, times = [], []
    for _ in range(STARTS):
        with t.machine() as machine:
            times.append(processor_time(machine.process.pid))
            walls.append(machine.boot_seconds)
            machine.shutdown()
    said = ", ".join(f"{wall:.3f} s ({time:.2f} s of processor time)"
                     for wall, time in zip(walls, times))
    print(f"# {said}")
    t.check(f"the prompt is there within {LIMIT} s",
            min(statistics.median(walls), statistics.median(times)) < LIMIT, said)


main(body)
