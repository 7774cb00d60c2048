#!/usr/bin/env python3
"""tools/pagoda against a stand-in for the kernel: exit status, transcript, kept disk, screenshot."""

import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGODA = os.path.join(ROOT, "tools", "pagoda")
failures = 0
number = 0


def check(what, good, detail=""):
    global failures, number
    number += 1
    print(f"{'ok' if good else 'not ok'} {number} - {what}")
    if not good:
        failures += 1
        print("# " + str(detail).replace("\n", "\n# "))


def execute(environment, *arguments):
    return subprocess.run([PAGODA, "exec", *arguments], env=environment, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=60)


def main():
    with tempfile.TemporaryDirectory() as folder:
        kernel = os.path.join(folder, "fake.bin")
        subprocess.run(["nasm", "-f", "bin", "-o", kernel,
                        os.path.join(ROOT, "tests", "host", "runner", "fake.asm")], check=True)
        environment = dict(os.environ, PAGODA_KERNEL=kernel)

        for command, status, transcript in (
                ("ok", 0, "pagoda> ok\npagoda> shutdown\n"),
                ("fail", 2, "pagoda> fail\nerror: it: failed (STATUS_UNSUCCESSFUL 0xC0000001)\n"
                            "pagoda> shutdown\n"),
                ("bugcheck", 3, "pagoda> bugcheck\n*** STOP: 0x000000E2\n"),
                ("halt", 3, "pagoda> halt\n"),
                ("reset", 3, "pagoda> reset\n"),
                ("x", 3, "pagoda> x\n"),
                ("loop", 4, "pagoda> loop\n"),
                ("shutdown", 0, "pagoda> shutdown\n")):
            result = execute(environment, "--timeout", "4" if command == "loop" else "30",
                             "--", command)
            check(f"{command}: exit status {status}", result.returncode == status, result)
            check(f"{command}: transcript", result.stdout == transcript, result.stdout)

        result = execute(environment, "--", "ok", "fail", "ok")
        check("stops at the first command that fails",
              result.returncode == 2 and result.stdout.count("pagoda> ok") == 1, result)
        result = execute(environment, "--", "shutdown", "ok")
        check("a command after the machine went down has failed", result.returncode == 2, result)

        kept = os.path.join(folder, "kept.img")
        picture = os.path.join(folder, "screen.png")
        result = execute(environment, "-f", kernel, "--keep", kept, "--screenshot", picture,
                         "--", "bugcheck")
        listing = subprocess.run(["mdir", "-b", "-i", kept + "@@1M", "::"], text=True,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        check("the disk is kept after a bugcheck, with the file given",
              result.returncode == 3 and "fake.bin" in listing.stdout, listing.stdout)
        check("the screenshot is a PNG",
              os.path.exists(picture) and open(picture, "rb").read(4) == b"\x89PNG")

        for arguments in (["--bogus"], ["-d", "/nonexistent.sys", "--", "ok"],
                          ["--disk", "/nonexistent.img", "--", "ok"],
                          ["--cpu", "nonesuch", "--", "ok"], ["-m", "0", "--", "ok"],
                          ["--", "ok\nok"]):
            result = execute(environment, *arguments)
            check(f"{arguments[0]} {arguments[1:2]}: exit status 1, nothing on standard output",
                  result.returncode == 1 and not result.stdout and result.stderr, result)
    print(f"1..{number}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
