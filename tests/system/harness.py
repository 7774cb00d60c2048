"""For the system tests: TAP, machines, drivers built on the spot, and the console's tables read.

A test is a script that calls `main(body)`; body(t) makes machines with t.machine(…) and reports
with t.check(…). Drivers are built with mingw-w64's own DDK headers and import libraries, as a
stranger would, unless ours are asked for; either way the pragma plugin places their sections."""

import os
import subprocess
import sys
import tempfile
import traceback

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tools"))
import vm  # noqa: E402 (lies in tools)

COLUMNS = ("kind", "pages", "resident", "modified", "standby", "out", "discarded", "slots", "locks")
LINK = ["-nostdlib", "-Wl,--subsystem,native", "-Wl,--entry,_DriverEntry@8",
        "-Wl,--image-base,0x10000", "-Wl,--dynamicbase", "-Wl,--enable-reloc-section",
        "-Wl,--exclude-all-symbols", "-Wl,--kill-at", "-s"]


class Abandon(Exception):
    """The rest of the test makes no sense after what has failed."""


class Tester:
    def __init__(self, folder):
        self.folder = folder
        self.number = self.failures = 0

    def check(self, what, good, detail=""):
        """One TAP point; returns whether it was good."""
        self.number += 1
        print(f"{'ok' if good else 'not ok'} {self.number} - {what}", flush=True)
        if not good:
            self.failures += 1
            text = str(detail() if callable(detail) else detail).strip()
            if text:
                print("# " + text.replace("\n", "\n# "), flush=True)
        return good

    def require(self, what, good, detail=""):
        if not self.check(what, good, detail):
            raise Abandon()

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, content):
        """A file of the test's folder."""
        path = self.path(name)
        with open(path, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
        return path

    def machine(self, kind=vm.Machine, **options):
        """A started machine at its prompt, to be used with `with`."""
        machine = kind(**options)
        try:
            machine.start()
            machine.wait_ready()
        except Exception:
            print("# " + machine.text()[-2000:].replace("\n", "\n# "))
            machine.close()
            raise
        return machine

    def command(self, machine, line, status=0):
        """Types a command that must end with this status; what it printed."""
        got, text = machine.command(line)
        if got != status:
            self.check(f"{line}: status 0x{status:08X}", False, f"0x{got:08X}\n{text}")
        return text

    def driver(self, name, source, defines=(), ours=False, extra=(), dll=None, links=()):
        """Builds NAME.sys from C source; the path. dll: text of a .def, links: import libraries."""
        code = self.write(name + ".c", source)
        target = self.path(name + ".sys")
        command = ["i686-w64-mingw32-gcc", "-O2", "-Wall", "-ffreestanding", "-fno-builtin",
                   "-fno-asynchronous-unwind-tables", "-mno-sse", "-mno-mmx",
                   f"-fplugin={vm.BUILD}/plugin/pragma.so", "-DALLOC_PRAGMA"]
        if ours:
            include = subprocess.run(["i686-w64-mingw32-gcc", "-print-file-name=include"],
                                     stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
            command += ["-nostdinc", "-isystem", include, f"-I{ROOT}/ddk/inc", "-D_X86_"]
            libraries = [f"-L{vm.BUILD}/lib", "-lntoskrnl", "-lhal"]
        else:
            command += ["-I/usr/i686-w64-mingw32/include/ddk", "-D_X86_"]
            libraries = ["-lntoskrnl", "-lhal"]
        command += [f"-D{define}" for define in defines]
        command += [*LINK, "-o", target, code]
        if dll:
            command += ["-shared", self.write(name + ".def", dll)]
            subprocess.run(["i686-w64-mingw32-dlltool", "-k", "-d", self.path(name + ".def"), "-l",
                            self.path(f"lib{name}.a")], check=True)
        command += [f"-L{self.folder}", *links, *extra, *libraries, "-lgcc"]
        result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if result.returncode:
            raise RuntimeError(f"{name} does not compile:\n{result.stdout}")
        return target


def sections(text):
    """{section: {column: value}} of what `sections NAME` printed."""
    table = {}
    for line in text.splitlines():
        fields = line.split()
        if len(fields) == 10 and fields[1] in ("N", "P", "X"):
            row = dict(zip(COLUMNS, [fields[1]] + [int(value) for value in fields[2:]]))
            table[fields[0]] = row
    return table


def main(body):
    with tempfile.TemporaryDirectory(prefix="pagoda-test-") as folder:
        tester = Tester(folder)
        try:
            body(tester)
        except Abandon:
            pass
        except vm.Gone as gone:
            tester.check("the machine goes on", False, gone)
        except vm.TimeUp:
            tester.check("the machine answers in time", False)
        except Exception:
            tester.check("the test runs", False, traceback.format_exc())
    print(f"1..{tester.number}")
    sys.exit(1 if tester.failures else 0)
