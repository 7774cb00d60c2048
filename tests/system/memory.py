#!/usr/bin/env python3
"""The kernel's own paging tests where memory is short: more pool than memory, a full page file. What
they need less than 64 MiB for is skipped in the ordinary run."""
# timeout: 200

import re

from harness import main


def body(t):
    for memory, cpu in ((16, "max"), (32, "qemu32")):
        with t.machine(memory=memory, cpu=cpu, timeout=90) as machine:
            text = t.command(machine, "test mm_*")
            good = re.findall(r"^ok \d+ - (\S+)", text, re.M)
            t.check(f"{memory} MiB, {cpu}: the tests pass", "not ok" not in text and len(good) > 10,
                    text)
            t.check(f"{memory} MiB, {cpu}: none was skipped", "# needs" not in text, text)
            t.check(f"{memory} MiB, {cpu}: a full page file is said once each time",
                    1 <= text.count("The page file is full") <= 4, text)
            machine.shutdown()


main(body)
