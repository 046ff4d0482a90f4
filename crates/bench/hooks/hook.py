"""Hooks a function of a running program as others do, for `cargo xtask bench` to compare. Not a part of clrhost.

    hook.py frida-c|frida-javascript|frida-replace|uretprobe PROGRAM ARGS...

runs the fixture Bench, which waits when it is warm, puts the hook on fx_bench_add, lets the program go on, and passes on its
figures. Frida is used where `import frida` works; a uretprobe needs the rights to ask the kernel for one.
"""

import ctypes
import os
import re
import subprocess
import sys

SYMBOL = "fx_bench_add"
LIBRARY = "libfixture.so"


class Frida:
    """Frida's Interceptor. `attach` calls C or JavaScript at entry and at return; C is compiled by Frida and called without
    its JavaScript engine. `replaceFast` puts another function in place, which counts and calls this one; that counts for all
    threads in one place, and knows nothing of exceptions or of threads that end."""

    ATTACHED = """
#include <gum/guminterceptor.h>
extern volatile unsigned long long entered, left;
void onEnter(GumInvocationContext *context) { entered++; }
void onLeave(GumInvocationContext *context) { left++; }
"""
    REPLACEMENT = """
extern volatile unsigned long long entered, left;
extern int (*original)(int, int);
int replacement(int a, int b) { entered++; int sum = original(a, b); left++; return sum; }
"""
    SCRIPT = """
const target = Process.getModuleByName(LIBRARY).getExportByName(SYMBOL);
const entered = Memory.alloc(8), left = Memory.alloc(8), original = Memory.alloc(8);
let inJavaScript = 0;
if (METHOD === 'frida-javascript') {
    Interceptor.attach(target, { onEnter() { inJavaScript++; }, onLeave() { inJavaScript++; } });
} else if (METHOD === 'frida-c') {
    globalThis.code = new CModule(C_SOURCE, { entered, left });
    Interceptor.attach(target, code);
} else {
    globalThis.code = new CModule(C_SOURCE, { entered, left, original });
    original.writePointer(Interceptor.replaceFast(target, code.replacement));
}
Interceptor.flush();
rpc.exports.crossings = () => inJavaScript + entered.readU64().toNumber() + left.readU64().toNumber();
"""

    def __init__(self, method, process):
        import frida

        source = {"frida-c": self.ATTACHED, "frida-replace": self.REPLACEMENT}.get(method, "")
        names = {"METHOD": method, "C_SOURCE": source, "SYMBOL": SYMBOL, "LIBRARY": LIBRARY}
        constants = "".join(f"const {name} = {value!r};" for name, value in names.items())
        self.session = frida.attach(process)
        self.script = self.session.create_script(constants + self.SCRIPT)
        self.script.on("message", lambda message, _: print(message.get("description"), file=sys.stderr))
        self.script.load()

    def crossings(self):
        return self.script.exports_sync.crossings()


class Uretprobe:
    """The kernel's uprobe and uretprobe, counted by perf_event_open for the thread that measures."""

    PERF_EVENT_OPEN = 298

    def __init__(self, process):
        maps = open(f"/proc/{process}/maps").read()
        self.path = ctypes.create_string_buffer(re.search(rf"(\S+/{LIBRARY})$", maps, re.M).group(1).encode())
        symbols = subprocess.run(["nm", "-D", self.path.value], capture_output=True, text=True, check=True).stdout
        # Where the symbol lies in memory and in the file differs by what the program headers say; in the text of a library
        # that ld made it does not.
        offset = int(re.search(rf"^(\w+) T {SYMBOL}$", symbols, re.M).group(1), 16)
        kind = int(open("/sys/bus/event_source/devices/uprobe/type").read())
        self.files = [self.open(kind, at_return, offset, process) for at_return in (0, 1)]

    def open(self, kind, at_return, offset, process):
        # struct perf_event_attr, the fields that are not 0: type, size, config, config1, config2.
        words = (ctypes.c_uint64 * 16)()
        words[0] = kind | 128 << 32
        words[1] = at_return
        words[7] = ctypes.addressof(self.path)
        words[8] = offset
        libc = ctypes.CDLL(None, use_errno=True)
        file = libc.syscall(self.PERF_EVENT_OPEN, words, process, -1, -1, 0)
        if file < 0:
            sys.exit(f"the kernel gives no uprobe: {os.strerror(ctypes.get_errno())}")
        return file

    def crossings(self):
        return sum(int.from_bytes(os.read(file, 8), "little") for file in self.files)


def main():
    method, command = sys.argv[1], sys.argv[2:]
    program = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        ready = next(line for line in program.stdout if line.startswith("ready "))
        process = int(ready.split()[1])
        hook = Uretprobe(process) if method == "uretprobe" else Frida(method, process)
        before = hook.crossings()
        program.stdin.write("\n")
        program.stdin.flush()
        figures = program.stdout.readline()
        # The program lives on until its input ends, so the hook can be asked whether it was there.
        if hook.crossings() == before:
            sys.exit("the hook was never called")
        print(figures, end="")
        program.stdin.close()
        sys.exit(program.wait())
    finally:
        program.kill()


main()
