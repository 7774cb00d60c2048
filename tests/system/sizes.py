#!/usr/bin/env python3
"""The tests in the kernel on machines of other sizes and kinds than `make test` runs them on anyway:
the least memory, much memory, a processor without NX."""
# timeout: 400

import re

from harness import main


def body(t):
    for cpu, memory in (("qemu32", 16), ("max", 16), ("qemu32", 1024), ("max", 3072)):
        with t.machine(cpu=cpu, memory=memory, timeout=150) as machine:
            status, text = machine.command("test")
            failed = re.findall(r"(?m)^not ok .*$", text)
            points = len(re.findall(r"(?m)^ok ", text))
            t.check(f"{cpu}, {memory} MiB: the tests in the kernel", status == 0 and points > 100,
                    "\n".join(failed) or text[-1500:])
            machine.shutdown()


main(body)
