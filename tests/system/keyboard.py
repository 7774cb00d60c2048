#!/usr/bin/env python3
"""Keys pressed through QMP appear on the screen and run a command; `keyboard off` and `on` make
i8042prt and kbdclass page themselves, as `sections` shows."""

from harness import main, sections


def on_screen(machine, text, tries=40):
    """Waits until the screen shows a text."""
    for _ in range(tries):
        if any(text in line for line in machine.screen()):
            return True
        machine.pump(0.1)
    return False


def body(t):
    with t.machine() as machine:
        machine.press("d", "r", "x", "backspace", "i", "v", "e", "r", "s")
        t.check("keys are echoed on the screen", on_screen(machine, "pagoda> drivers"),
                lambda: "\n".join(machine.screen()))
        machine.press("ret")
        name, status = machine.wait_event("result")
        machine.wait_event("ready")
        t.check("the command typed on the keyboard runs", status == 0, f"{status:08X}")
        t.check("its output is on the screen", on_screen(machine, "kbdclass"),
                lambda: "\n".join(machine.screen()))
        machine.press("shift-a", "shift-1", "caps_lock", "b", "caps_lock", "c")
        t.check("shift and caps lock", on_screen(machine, "pagoda> A!Bc"),
                lambda: "\n".join(machine.screen()))
        machine.press("backspace", "backspace", "backspace", "backspace", "ret")
        machine.wait_event("ready")

        before = sections(t.command(machine, "sections kbdclass"))
        t.check("open: kbdclass has locked its PAGExxxx code",
                any(row["locks"] > 0 for name, row in before.items()
                    if name.startswith("PAGE") and len(name) > 4), before)
        port = sections(t.command(machine, "sections i8042prt"))
        t.check("open: i8042prt is resident",
                all(row["resident"] == row["pages"] for row in port.values()
                    if row["kind"] == "N"), port)

        t.command(machine, "keyboard off")
        after = sections(t.command(machine, "sections kbdclass"))
        t.check("closed: kbdclass has unlocked it",
                all(row["locks"] == 0 for row in after.values()), after)
        t.command(machine, "trim /out i8042prt")
        port = sections(t.command(machine, "sections i8042prt"))
        t.check("closed: i8042prt is pageable entirely",
                all(row["resident"] == 0 for row in port.values()), port)
        machine.press("x")
        t.check("closed: keys do nothing", not on_screen(machine, "pagoda> x", tries=5))

        t.command(machine, "keyboard on")
        port = sections(t.command(machine, "sections i8042prt"))
        t.check("open again: i8042prt is resident again",
                all(row["resident"] == row["pages"] for row in port.values()
                    if row["kind"] == "N"), port)
        machine.press("h", "e", "l", "p", "ret")
        name, status = machine.wait_event("result")
        machine.wait_event("ready")
        t.check("open again: keys work", status == 0)
        machine.shutdown()

    with t.machine(cmdline="console=com1") as machine:
        port = sections(t.command(machine, "sections i8042prt"))
        t.check("console=com1: the keyboard stays closed",
                all(row["locks"] == 0 for row in port.values()), port)
        machine.shutdown()


main(body)
