"""One Pagoda in QEMU: a throw-away disk, the console on COM1, results from isa-debugcon, QMP.

The kernel writes lines to port 0xE9: "ready" at each prompt, "result 0xXXXXXXXX" after each
command, "down" just before power-off, "stop 0xXXXXXXXX" on a bugcheck, "refused: why" or "Pagoda
cannot run: why" when this machine will not do. The console's text is never parsed. tools/pagoda and
tests/system use this; every wait has a deadline, every channel is a socket pair, and only our own
QEMU is ever ended."""

import ctypes
import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SAN = os.environ.get("PAGODA_SAN", "")  # make SAN=… builds elsewhere and tells so
BUILD = os.path.join(ROOT, f"build-{SAN}" if SAN else "build")
DEFECT = re.compile(rb"(?:ubsan|kasan): [^\r\n]*")  # kernel/san's reports on COM1
BOOT_DRIVERS = ("atapi.sys", "disk.sys", "fastfat.sys")
PARTITION = 1 << 20  # byte offset of the FAT32 partition
PROMPT = b"pagoda> "
QUIET = 0.25  # seconds of silence on COM1 after which a stopped machine has said everything


class HostError(Exception):
    """This computer could not do what was asked: a file missing, QEMU not to be started."""


class TimeUp(Exception):
    """The deadline of the run has passed."""


class Gone(Exception):
    """The machine stopped: how is "stop" (bugcheck), "halt" (it cannot run here) or "exit"."""

    def __init__(self, how, code=None):
        super().__init__(f"{how} 0x{code:08X}" if code is not None else how)
        self.how = how
        self.code = code


def die_with_parent():
    """In the child: QEMU ends when we do, however we end."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def mtools(*command):
    """Runs a tool of mtools; an error is the caller's."""
    environment = dict(os.environ, MTOOLS_SKIP_CHECK="1")
    result = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    if result.returncode:
        raise HostError(f"{command[0]}: {result.stderr.decode(errors='replace').strip()}")
    return result.stdout


def volume(image):
    return f"{image}@@{PARTITION}"


def put_file(image, path, folder="", name=None):
    """Copies a host file into a folder of the image's C:, replacing one of that name."""
    if not os.path.isfile(path):
        raise HostError(f"{path}: no such file")
    target = f"::{folder}/{name or os.path.basename(path)}"
    mtools("mcopy", "-o", "-i", volume(image), path, target)


def get_file(image, path):
    """The bytes of a file on the image's C:."""
    return mtools("mtype", "-i", volume(image), "::" + path)


def copy_sparse(source, target):
    """Copies a disk image without writing its holes."""
    if not os.path.isfile(source):
        raise HostError(f"{source}: no such disk image (run make)")
    subprocess.run(["cp", "--sparse=always", "--reflink=auto", source, target], check=True)


class Machine:
    """A machine that has not been started yet. Options are those of tools/pagoda exec."""

    def __init__(self, drivers=(), files=(), memory=64, disk=None, cmdline="", timeout=60.0,
                 gdb=None, cpu=None, iso=None, extra=(), modules=None, log=None):
        self.drivers = list(drivers)
        self.files = list(files)
        self.memory = memory
        self.source = disk or os.path.join(BUILD, "disk.img")
        self.cmdline = cmdline
        self.timeout = timeout * 3 if SAN and timeout else timeout  # checks take their time
        self.gdb = gdb
        self.cpu = cpu or os.environ.get("PAGODA_CPU") or "max"
        self.iso = iso
        self.extra = list(extra)    # more QEMU arguments
        self.modules = modules      # boot modules instead of the usual ones
        self.log = log or (lambda data: None)   # gets COM1's bytes as they come
        self.folder = None
        self.process = None
        self.com1 = self.debugcon = self.monitor = None
        self.console = bytearray()  # everything COM1 printed
        self.coverage = []          # lines of kernel/san/gcov.c
        self.events = []            # debugcon lines not yet looked at
        self.partial = b""
        self.stopped = False        # by a bugcheck
        self.deadline = None
        self.boot_seconds = None

    # Starting and ending

    def prepare(self):
        """Makes the throw-away disk; start() does it too."""
        if self.folder:
            return
        self.folder = tempfile.mkdtemp(prefix="pagoda-")
        self.image = os.path.join(self.folder, "disk.img")
        copy_sparse(self.source, self.image)
        for path in self.drivers:
            put_file(self.image, path, "Pagoda/System32/drivers")
        for path in self.files:
            put_file(self.image, path)

    def boot_modules(self):
        """Boot drivers, one given as a driver of this run first, and the hive."""
        if self.modules is not None:
            return self.modules
        given = {os.path.basename(path).lower(): path for path in self.drivers}
        usual = [given.get(name, os.path.join(BUILD, "drivers", name)) for name in BOOT_DRIVERS]
        return [path for path in usual if os.path.isfile(path)] + [os.path.join(BUILD, "SYSTEM")]

    def arguments(self, display="none"):
        """QEMU's command line, but for the character devices."""
        arguments = ["qemu-system-i386", "-accel", "tcg", "-machine", "pc", "-cpu", self.cpu,
                     "-m", str(self.memory), "-nodefaults", "-no-user-config", "-no-reboot",
                     "-vga", "std", "-display", display,
                     "-drive", f"file={self.image},format=raw,if=ide,cache=unsafe"]
        if self.iso:
            arguments += ["-cdrom", self.iso, "-boot", "d"]
        else:
            kernel = os.environ.get("PAGODA_KERNEL") or os.path.join(BUILD, "ntoskrnl.exe")
            if not os.path.isfile(kernel):
                raise HostError(f"{kernel}: no such file (run make)")
            arguments += ["-kernel", kernel]
            modules = self.boot_modules()
            if modules:
                arguments += ["-initrd", ",".join(modules)]
            if self.cmdline:
                arguments += ["-append", self.cmdline]
        if self.gdb:
            arguments += ["-gdb", f"tcp:127.0.0.1:{self.gdb}", "-S"]
        return arguments + self.extra

    def start(self):
        self.prepare()
        pairs = {name: socket.socketpair() for name in ("com1", "debugcon", "monitor")}
        arguments = self.arguments()
        for name, (_, theirs) in pairs.items():
            arguments += ["-chardev", f"socket,id={name},fd={theirs.fileno()}"]
        arguments += ["-serial", "chardev:com1", "-mon", "chardev=monitor,mode=control",
                      "-device", "isa-debugcon,iobase=0xe9,chardev=debugcon"]
        self.began = time.monotonic()
        if self.timeout:
            self.deadline = self.began + self.timeout
        self.errors = open(os.path.join(self.folder, "qemu.log"), "w+b")
        try:
            self.process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL,
                                            stdout=self.errors, stderr=self.errors,
                                            preexec_fn=die_with_parent,
                                            pass_fds=[pair[1].fileno() for pair in pairs.values()])
        except OSError as error:
            raise HostError(f"qemu-system-i386: {error.strerror}") from error
        finally:
            for _, theirs in pairs.values():
                theirs.close()
        self.com1, self.debugcon, self.monitor = (pairs[name][0] for name in pairs)
        self.com1.setblocking(False)
        self.debugcon.setblocking(False)
        self.monitor_buffer = b""
        return self

    def close(self, keep=None):
        """Ends QEMU if it still runs; leaves the disk at `keep` or throws it away."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for channel in (self.com1, self.debugcon, self.monitor):
            if channel:
                channel.close()
        self.com1 = self.debugcon = self.monitor = None
        if keep and self.folder and os.path.isfile(self.image):
            copy_sparse(self.image, keep + ".new")
            os.replace(keep + ".new", keep)
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder = None
        self.keep_coverage()
        for line in self.defects():
            print(f"not ok - {line}", flush=True)

    def keep_coverage(self):
        """Leaves what a gcov kernel has counted for tools/coverage."""
        if self.coverage:
            folder = os.path.join(BUILD, "coverage")
            os.makedirs(folder, exist_ok=True)
            with tempfile.NamedTemporaryFile("w", dir=folder, suffix=".txt", delete=False) as file:
                file.write("\n".join(self.coverage) + "\n")
            self.coverage = []

    def defects(self):
        """What a sanitizer's kernel has reported: a run with any has failed, whatever else.
        One that ended in a bugcheck is what its test makes of it: misuse is reported too."""
        if not SAN or self.stopped:
            return []
        return [line.decode("latin-1") for line in DEFECT.findall(self.console)]

    def __enter__(self):
        return self if self.process else self.start()

    def __exit__(self, *_):
        self.close()

    def qemu_said(self):
        """QEMU's own messages, for error reports."""
        self.errors.seek(0)
        return self.errors.read().decode(errors="replace").strip()

    # What the machine says

    def read(self, channel):
        """All bytes a channel has now; None at its end."""
        data = b""
        while True:
            try:
                piece = channel.recv(65536)
            except BlockingIOError:
                return data
            except ConnectionResetError:
                piece = b""
            if not piece:
                return data or None
            data += piece

    def pump(self, seconds):
        """Waits at most so long for something to happen and takes it in; FALSE if QEMU is gone.

        COM1 is read after the result channel: what was printed before a result is then there."""
        channels = [c for c in (self.com1, self.debugcon) if c]
        if not channels:
            return False
        select.select(channels, [], [], max(0.0, seconds))
        ended = False
        data = self.read(self.debugcon)
        if data is None:
            ended = True
        else:
            *lines, self.partial = (self.partial + data).split(b"\n")
            for line in lines:
                (self.coverage if line.startswith(b"gc") else self.events).append(
                    line.decode(errors="replace").strip())
        text = self.read(self.com1)
        if text:
            self.console += text
            self.log(text)
        return not ended

    def remaining(self):
        if self.deadline is None:
            return 3600.0
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeUp()
        return left

    def settle(self):
        """Takes in what a stopped machine still prints."""
        size, since = len(self.console), time.monotonic()
        while time.monotonic() - since < QUIET and self.pump(QUIET):
            if len(self.console) != size:
                size, since = len(self.console), time.monotonic()

    def wait_event(self, *names):
        """The next of these debugcon lines, as (name, number or None). Others are passed over,
        but "stop" and "halt" and the end of QEMU raise Gone."""
        while True:
            while self.events:
                line = self.events.pop(0)
                name, _, value = line.partition(" ")
                code = int(value, 16) if value.startswith("0x") else None
                if name == "refused:" or "cannot run" in line:
                    name = "halt"
                if name in names:
                    return name, code
                if name in ("stop", "halt"):
                    self.stopped = True
                    self.settle()
                    raise Gone(name, code)
            if not self.pump(min(self.remaining(), 1.0)) and not self.events:
                self.process.wait(timeout=10)
                raise Gone("exit")

    # Using the console

    def wait_ready(self):
        """Waits for the prompt."""
        self.wait_event("ready")
        if self.boot_seconds is None:
            self.boot_seconds = time.monotonic() - self.began

    def send(self, text):
        self.com1.settimeout(min(self.remaining(), 20.0))
        try:
            self.com1.sendall(text.encode())
        except socket.timeout as error:
            raise TimeUp() from error
        except OSError as error:
            raise Gone("exit") from error
        finally:
            self.com1.setblocking(False)

    def command(self, line):
        """Types a command at the prompt; (status, what COM1 printed for it)."""
        start = len(self.console)
        self.send(line + "\r")
        _, status = self.wait_event("result")
        self.wait_event("ready")
        return status, self.text(start)

    def text(self, start=0):
        return self.console[start:].decode("latin-1").replace("\r", "")

    def shutdown(self):
        """Sends `shutdown` and waits until QEMU has ended by itself; a status when it is refused."""
        self.send("shutdown\r")
        name, status = self.wait_event("down", "result")
        if name == "result" and status & 0x80000000:
            return status
        self.wait_down(name == "down")
        return 0

    def wait_down(self, announced=False):
        if not announced:
            self.wait_event("down")
        try:
            while self.pump(min(self.remaining(), 1.0)):
                pass
            self.process.wait(timeout=self.remaining())
        except subprocess.TimeoutExpired as error:
            raise TimeUp() from error

    # QMP

    def qmp(self, execute, **arguments):
        """Runs one QMP command and returns its result."""
        self.monitor.settimeout(min(self.remaining(), 20.0))
        if not self.monitor_buffer and not getattr(self, "negotiated", False):
            self.negotiated = True
            self.qmp_line()
            self.qmp("qmp_capabilities")
        message = {"execute": execute}
        if arguments:
            message["arguments"] = arguments
        self.monitor.sendall(json.dumps(message).encode() + b"\n")
        while True:
            answer = self.qmp_line()
            if "return" in answer:
                return answer["return"]
            if "error" in answer:
                raise HostError(f"QMP {execute}: {answer['error'].get('desc')}")

    def qmp_line(self):
        while b"\n" not in self.monitor_buffer:
            try:
                data = self.monitor.recv(65536)
            except socket.timeout as error:
                raise HostError("QMP does not answer") from error
            if not data:
                raise Gone("exit")
            self.monitor_buffer += data
        line, _, self.monitor_buffer = self.monitor_buffer.partition(b"\n")
        return json.loads(line)

    def screenshot(self, path):
        self.qmp("screendump", filename=os.path.abspath(path), format="png")

    def press(self, *keys):
        """Presses keys one after another; "shift-a" presses both."""
        for key in keys:
            codes = [{"type": "qcode", "data": code} for code in key.split("-")]
            self.qmp("send-key", keys=codes)
            time.sleep(0.12)  # QEMU holds a key for 100 ms

    def screen(self):
        """The text screen as 25 lines, from video memory."""
        dump = os.path.join(self.folder, "screen.bin")
        self.qmp("pmemsave", val=0xB8000, size=4000, filename=dump)
        with open(dump, "rb") as file:
            cells = file.read()
        return [cells[row * 160:row * 160 + 160:2].decode("latin-1").replace("\0", " ").rstrip()
                for row in range(25)]
