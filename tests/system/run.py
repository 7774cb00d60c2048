#!/usr/bin/env python3
"""`tools/pagoda run` without a display, or with one that does not answer: the console is this
terminal, how to leave is said, and both ways of leaving end it."""

import os
import pty
import select
import subprocess
import time

from harness import ROOT, main

PROMPT = b"pagoda> "


class Session:
    """`tools/pagoda run` on a terminal of its own."""

    def __init__(self, **more):
        environment = {name: value for name, value in os.environ.items()
                       if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
        environment.update(more)
        self.terminal, theirs = pty.openpty()
        self.process = subprocess.Popen([os.path.join(ROOT, "tools", "pagoda"), "run"],
                                        stdin=theirs, stdout=theirs, stderr=theirs,
                                        env=environment, start_new_session=True)
        os.close(theirs)
        self.said = b""     # all that the terminal has shown
        self.seen = 0       # so much of it has been waited for

    def wait(self, text, seconds=60):
        """Waits until the terminal shows a text that was not waited for yet; whether it does."""
        end = time.monotonic() + seconds
        while text not in self.said[self.seen:]:
            ready, _, _ = select.select([self.terminal], [], [], max(0, end - time.monotonic()))
            try:
                data = os.read(self.terminal, 65536) if ready else b""
            except OSError:  # nobody has the other side open any more
                data = b""
            if not data:
                return False
            self.said += data
        self.seen = self.said.index(text, self.seen) + len(text)
        return True

    def send(self, keys):
        os.write(self.terminal, keys)

    def end(self):
        """The exit status; None if it had to be stopped."""
        self.wait(b"\0never", seconds=20)
        try:
            return self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.terminate()
            self.process.wait()
            return None
        finally:
            os.close(self.terminal)


def body(t):
    session = Session()
    t.check("the prompt appears on the terminal", session.wait(PROMPT), session.said)
    t.check("it is said how to leave", b"Ctrl-A x" in session.said and b"shutdown" in session.said,
            session.said)
    session.send(b"drivers\r")
    t.check("a command typed there works", session.wait(b"kbdclass.sys") and session.wait(PROMPT),
            session.said)
    session.send(b"shutdown\r")
    t.check("shutdown leaves", session.end() == 0, session.said)

    session = Session(DISPLAY=":4711")
    t.check("a display that does not answer: the prompt is here", session.wait(PROMPT),
            session.said)
    session.send(b"\x01x")
    t.check("Ctrl-A x leaves", session.end() == 0, session.said)


main(body)
