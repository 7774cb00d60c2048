#!/usr/bin/env python3
"""The memory manager's random operations with other seeds: 2, where the pager fails often, and 3,
where it never does; tests/host/mm by itself takes seed 1, where it fails now and then."""

import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.join(ROOT, "build", "host", "mm")
OPERATIONS = 300000

failures = 0
print("1..2")
for number, seed in enumerate((2, 3), 1):
    result = subprocess.run([PROGRAM, str(seed), str(OPERATIONS)], stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, errors="replace")
    good = result.returncode == 0
    failures += not good
    print(f"{'ok' if good else 'not ok'} {number} - seed {seed}, {OPERATIONS} operations")
    if not good:
        print("# " + result.stdout.strip().replace("\n", "\n# "))
sys.exit(1 if failures else 0)
