#!/usr/bin/env python3
"""The section pragma plugin: compiles small sources at several levels of optimisation and looks in
which section each symbol landed, who calls whom, and what the compiler complained about."""

import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PLUGIN = os.path.join(ROOT, "build", "plugin", "pragma.so")
LEVELS = ("-O0", "-O1", "-O2", "-O3", "-Os")

# Each case: name, source, {symbol: section}, a message expected or None, is it an error.
CASES = [
    ("alloc_text places functions declared before", """
        int f(int); static int g(int); int h(int); int DriverEntry(void);
        #pragma alloc_text(INIT, DriverEntry)
        #pragma alloc_text(PAGE, f, g)
        #pragma alloc_text("PAGELK", h)
        int f(int x) { return x + 1; }
        static int g(int x) { return f(x) * 3; }
        int h(int x) { return g(x) + g(x + 1); }
        int DriverEntry(void) { return h(4); }
        int plain(void) { return h(5); }
     """, {"f": "PAGE", "g": "PAGE", "h": "PAGELK", "DriverEntry": "INIT", "plain": ".text"},
     None, False),
    ("a stdcall function keeps its section through a second declaration", """
        int __attribute__((stdcall)) f(int);
        #pragma alloc_text(PAGE, f)
        int __attribute__((stdcall)) f(int);
        int __attribute__((stdcall)) f(int x) { return x; }
     """, {"f@4": "PAGE"}, None, False),
    ("alloc_text after the definition", """
        int f(int x) { return x; }
        #pragma alloc_text(PAGE, f)
     """, {}, "comes after the definition of 'f'", True),
    ("alloc_text for an undeclared name", """
        #pragma alloc_text(PAGE, f)
        int f(int x) { return x; }
     """, {}, "'f' must be declared before", True),
    ("alloc_text for a variable", """
        extern int f;
        #pragma alloc_text(PAGE, f)
     """, {}, "'f' is not a function", True),
    ("alloc_text for a function of another unit", """
        int f(int); int g(int);
        #pragma alloc_text(PAGE, f, g)
        int g(int x) { return f(x); }
     """, {"g": "PAGE"}, "'f' is not defined in this translation unit", False),
    ("alloc_text inside a function", """
        int f(int);
        int g(int x) {
        #pragma alloc_text(PAGE, f)
            return x; }
     """, {}, "must stand outside of functions", True),
    ("alloc_text twice with different sections", """
        int f(int);
        #pragma alloc_text(PAGE, f)
        #pragma alloc_text(INIT, f)
        int f(int x) { return x; }
     """, {}, "already placed in section", True),
    ("malformed alloc_text", "#pragma alloc_text PAGE\nint x;", {}, "expected '('", True),
    ("alloc_text without functions", "#pragma alloc_text(PAGE)\nint x;", {}, "expected ','", True),
    ("a section name that is too long", """
        int f(int);
        #pragma alloc_text(PAGETOOLONG, f)
        int f(int x) { return x; }
     """, {}, "longer than 8 characters", False),
    ("code_seg switches on and off", """
        int a(int x) { return x; }
        #pragma code_seg("PAGE")
        int b(int x) { return x; }
        static int __attribute__((used)) c(int x) { return x; }
        #pragma code_seg()
        int d(int x) { return x; }
        #pragma code_seg("INIT", "CODE")
        int e(int x) { return x; }
     """, {"a": ".text", "b": "PAGE", "c": "PAGE", "d": ".text", "e": "INIT"}, None, False),
    ("code_seg push and pop", """
        #pragma code_seg(push, "PAGE")
        int a(int x) { return x; }
        #pragma code_seg(push)
        int b(int x) { return x; }
        #pragma code_seg("PAGEX")
        int c(int x) { return x; }
        #pragma code_seg(pop)
        int d(int x) { return x; }
        #pragma code_seg(pop)
        int e(int x) { return x; }
     """, {"a": "PAGE", "b": "PAGE", "c": "PAGEX", "d": "PAGE", "e": ".text"}, None, False),
    ("code_seg push and pop with labels", """
        #pragma code_seg(push, outer, "PAGEA")
        #pragma code_seg(push, inner, "PAGEB")
        #pragma code_seg(push, "PAGEC")
        int a(int x) { return x; }
        #pragma code_seg(pop, outer)
        int b(int x) { return x; }
        #pragma code_seg(push, l)
        #pragma code_seg(pop, l, "PAGED")
        int c(int x) { return x; }
     """, {"a": "PAGEC", "b": ".text", "c": "PAGED"}, None, False),
    ("pop without push", "#pragma code_seg(pop)\nint x;", {}, "nothing to pop", False),
    ("pop of an unknown label", "#pragma data_seg(push, a)\n#pragma data_seg(pop, b)\nint x;", {},
     "nothing to pop", False),
    ("code_seg without quotes", "#pragma code_seg(PAGE)\nint x;", {}, "expected 'push', 'pop'", True),
    ("alloc_text goes before code_seg", """
        int a(int);
        #pragma alloc_text(INIT, a)
        #pragma code_seg("PAGE")
        int a(int x) { return x; }
        int b(int x) { return x; }
     """, {"a": "INIT", "b": "PAGE"}, None, False),
    ("the section name may be a macro", """
        #define WHERE "PAGE"
        #pragma code_seg(WHERE)
        int a(int x) { return x; }
     """, {"a": "PAGE"}, None, False),
    ("_Pragma", """
        int a(int);
        _Pragma("alloc_text(PAGE, a)")
        int a(int x) { return x; }
     """, {"a": "PAGE"}, None, False),
    ("data_seg, bss_seg and const_seg by kind", """
        #pragma data_seg("PAGEDATA")
        #pragma bss_seg("PAGEBSS")
        #pragma const_seg("PAGECONS")
        int initialised = 4; int zero = 0; int array[4] = {0};
        int none; static int __attribute__((used)) hidden;
        const int constant = 5; const char text[] = "abc";
        extern int elsewhere;
        int *user(void) { static int inside = 3; static int empty; elsewhere = 1;
                          return &inside + (long)&empty; }
        #pragma data_seg()
        #pragma bss_seg()
        #pragma const_seg()
        int initialised2 = 4; int none2; const int constant2 = 5;
     """, {"initialised": "PAGEDATA", "zero": "PAGEDATA", "array": "PAGEDATA", "none": "PAGEBSS",
           "hidden": "PAGEBSS", "constant": "PAGECONS", "text": "PAGECONS", "user": ".text",
           "inside": "PAGEDATA", "empty": "PAGEBSS", "initialised2": ".data", "none2": ".bss",
           "constant2": ".rdata"}, None, False),
    ("a tentative definition that gets its initialiser later", """
        #pragma bss_seg("PAGEBSS")
        #pragma data_seg("PAGEDATA")
        int late;
        int late = 7;
     """, {"late": "PAGEDATA"}, None, False),
    ("data shares its name with code", """
        #pragma code_seg("PAGE")
        #pragma data_seg("PAGE")
        #pragma const_seg("PAGE")
        int data = 1; const int constant = 2;
        int code(void) { return data + constant; }
     """, {"data": "PAGE$d", "constant": "PAGE$r", "code": "PAGE"}, None, False),
    ("data before code of the same name", """
        #pragma data_seg("INIT")
        int data = 1;
        #pragma data_seg()
        int code(void);
        #pragma alloc_text(INIT, code)
        int code(void) { return data; }
     """, {"data": "INIT$d", "code": "INIT"}, None, False),
    ("constants share their name with data", """
        #pragma data_seg("PAGEDATA")
        #pragma const_seg("PAGEDATA")
        int data = 1; const int constant = 2;
     """, {"data": "PAGEDATA", "constant": "PAGEDATA$r"}, None, False),
    ("an explicit attribute wins", """
        #pragma code_seg("PAGE")
        int __attribute__((section("MINE"))) a(int x);
        int a(int x) { return x; }
     """, {"a": "MINE"}, None, False),
    ("a switch and a cold path stay whole", """
        void out(const char *); void stop(void) __attribute__((cold, noreturn)); int a(int);
        #pragma alloc_text(PAGE, a)
        int a(int x) {
            if (x > 100) { out("a"); out("b"); stop(); }
            switch (x) { case 1: out("1"); break; case 2: out("two"); break; case 3: out("3");
                         break; case 4: out("4"); break; case 5: out("55"); break; }
            return x; }
        int b(int x) { return a(x) + a(7); }
     """, {"a": "PAGE", "b": ".text"}, None, False),
]

# Calls that must remain calls: (name, source, [(caller, callee)]).
CALLS = [
    ("paged code is not inlined into resident code", """
        static int paged(int);
        #pragma alloc_text(PAGE, paged)
        static int paged(int x) { return x + 1; }
        int resident(int x) { return paged(x); }
     """, [("resident", "paged")]),
    ("a resident helper is not inlined into paged code", """
        volatile int lock;
        static int helper(int x) { lock = 1; x += lock; lock = 0; return x; }
        int paged(int);
        #pragma alloc_text(PAGE, paged)
        int paged(int x) { return helper(x); }
        int resident(int x) { return helper(x); }
     """, [("paged", "helper")]),
    ("equal functions of different sections are not merged", """
        int a(int); int b(int);
        #pragma alloc_text(PAGE, a)
        int a(int x) { return x * 77 + 3; }
        int b(int x) { return x * 77 + 3; }
     """, []),
]

number = failures = 0


def report(what, problem):
    global number, failures
    number += 1
    print(f"{'not ok' if problem else 'ok'} {number} - {what}")
    if problem:
        failures += 1
        print("# " + problem.strip().replace("\n", "\n# "))


def compile_source(source, folder, level):
    """(object file or None, messages)."""
    path, out = os.path.join(folder, "case.c"), os.path.join(folder, "case.o")
    with open(path, "w") as file:
        file.write(re.sub(r"(?m)^ +", "", source))
    result = subprocess.run(["i686-w64-mingw32-gcc", level, "-std=gnu11", "-ffreestanding", "-Wall",
                             "-fno-asynchronous-unwind-tables", f"-fplugin={PLUGIN}", "-c", path,
                             "-o", out], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            text=True, env=dict(os.environ, LC_ALL="C"), timeout=60)
    return out if result.returncode == 0 else None, result.stdout


def symbol_sections(path):
    """{symbol without underscore and GCC's .N: section}."""
    listing = subprocess.run(["i686-w64-mingw32-objdump", "-h", "-t", path], check=True,
                             stdout=subprocess.PIPE, text=True).stdout
    names = {0: "*UND*"}
    for index, name in re.findall(r"(?m)^ +(\d+) (\S+) +[0-9a-f]{8} ", listing):
        names[int(index) + 1] = re.sub(r"\$zzz$", "", name)
    found = {}
    for section, symbol in re.findall(r"(?m)^\[ *\d+\]\(sec +(-?\d+)\).* (\S+)$", listing):
        if symbol.startswith("_"):
            found[re.sub(r"\.\d+$", "", symbol[1:])] = names.get(int(section), "?")
    return found


def sections_problem(case, folder, level):
    _, source, expected, message, is_error = case
    path, said = compile_source(source, folder, level)
    if message and message not in said:
        return f"{level}: expected {message!r}, got: {said}"
    if not message and said:
        return f"{level}: unexpected: {said}"
    if is_error:
        return f"{level}: it compiled" if path else ""
    if not path:
        return f"{level}: it did not compile: {said}"
    found = symbol_sections(path)
    for symbol, section in expected.items():
        if found.get(symbol) != section:
            return f"{level}: {symbol} is in {found.get(symbol)}, not in {section}"
    stray = [symbol for symbol in found if re.search(r"\.(part|cold|constprop|isra)", symbol)
             and found[symbol] != found.get(symbol.split(".")[0])]
    return f"{level}: split off: {stray}" if stray else ""


def calls_problem(source, calls, folder, level):
    path, said = compile_source(source, folder, level)
    if not path or said:
        return f"{level}: {said}"
    code = subprocess.run(["i686-w64-mingw32-objdump", "-d", "-r", path], check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    bodies = dict(re.findall(r"(?ms)^[0-9a-f]+ <_(\w+)>:\n(.*?)(?=^[0-9a-f]+ <|\Z)", code))
    for caller, callee in calls:
        body = bodies.get(caller, "")
        if not re.search(rf"(call|jmp).*<_{callee}\b|DISP32\s+(_{callee}|\.text|PAGE)\b", body):
            return f"{level}: {caller} does not call {callee}:\n{body}"
    if not calls and len(bodies) != 2:
        return f"{level}: merged:\n{code}"
    if not calls and any("call" in body or re.search(r"DISP32", body) for body in bodies.values()):
        return f"{level}: one became a call of the other:\n{code}"
    return ""


def main():
    with tempfile.TemporaryDirectory() as folder:
        for case in CASES:
            problems = (sections_problem(case, folder, level) for level in LEVELS)
            report(case[0], next(filter(None, problems), ""))
        for name, source, calls in CALLS:
            problems = (calls_problem(source, calls, folder, level) for level in LEVELS)
            report(name, next(filter(None, problems), ""))
    print(f"1..{number}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
