"""Runs a step's code as __main__, and tells the worker how it ended."""

import linecache
import os
import sys
import traceback
import types

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import honeyframe  # noqa: E402

# What it writes is for itself alone.
os.umask(0o077)

LINES = 12


def run(name, code):
    linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
    main = types.ModuleType("__main__")
    sys.modules["__main__"] = main
    sys.argv = [name]
    exec(compile(code, name, "exec"), main.__dict__)


def failed(error):
    """Prints the traceback without our own frames; the worker gets its last lines, what went wrong first."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    error = error.with_traceback(trace)
    traceback.print_exception(type(error), error, trace)
    told = traceback.format_exception_only(type(error), error)
    # Of a syntax error the place stands before what is wrong.
    first = next((at for at, line in enumerate(told) if not line.startswith(" ")), 0)
    what = "".join([*told[first:], *told[:first]]).rstrip("\n")
    where = "".join(traceback.format_tb(trace)).rstrip("\n").split("\n")[-LINES:]
    honeyframe._channel.ask("failed", reason="\n".join([what, *where]).strip())


def main():
    """0 when the code ran to its end; threads that it left are waited for, as Python does."""
    start = honeyframe._start
    try:
        run(start["name"], start["code"])
        honeyframe._flush()
    except SystemExit as end:
        if end.code not in (None, 0):
            honeyframe._channel.ask("failed", reason=f"the code ended itself with {end.code}")
            return 1
        honeyframe._flush()
    except KeyboardInterrupt:
        return 130
    except BaseException as error:
        failed(error)
        return 1
    honeyframe._channel.ask("done")
    return 0


sys.exit(main())
