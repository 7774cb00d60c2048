#!/usr/bin/env python3
"""What several threads and a DPC print at the same time reaches COM1 in whole lines, each line from
one of them; drivers/talkers.c prints."""

import os
import re

from harness import main

HERE = os.path.dirname(os.path.abspath(__file__))
LINE = re.compile(r"<([0-5]):(a{10}|b{10}|c{10}|d{10}|e{10}|f{10})>|"
                  r"\[[0-5]:a line that is printed in one go\]|tick")
TALKERS, LINES = 6, 40


def body(t):
    with open(os.path.join(HERE, "drivers", "talkers.c")) as file:
        driver = t.driver("talkers", file.read())
    with t.machine(drivers=[driver]) as machine:
        said = t.command(machine, "load talkers.sys").splitlines()
        said = [line for line in said if line and "load" not in line and "pagoda>" not in line]
        broken = [line for line in said if not LINE.fullmatch(line)]
        t.check("every line is whole", not broken, "\n".join(broken))
        t.check("none is missing, in pieces or in one go",
                [sum(line.startswith(mark) for line in said) for mark in "<["]
                == [TALKERS * LINES] * 2, "\n".join(said))
        t.check("the DPC had its say meanwhile", "tick" in said)
        t.command(machine, "unload talkers")
        machine.shutdown()


main(body)
