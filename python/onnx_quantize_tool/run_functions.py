"""Runs the infer functions of a user script for as long as Knight Quant asks for it: python run_functions.py SCRIPT TOKEN.

Standard input is a pipe that ends when the program that started us does. Descriptor 3 brings requests, 4 takes answers. What the script prints
goes to 1 and 2 as always; a mark, the token between zeros, is written to both before an answer that ends a run, so that the other side knows when
it has read all of it.
"""
import os
import signal
import sys

# Outside of the script's own work, where it may clean up after a KeyboardInterrupt, an interrupt ends this at once.
signal.signal(signal.SIGINT, signal.SIG_DFL)
# Not this file's own folder, whose modules are not for scripts to find. A script's own processes may come here too, with a path that is right.
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:] = [path for path in sys.path if path != HERE]
if os.path.dirname(HERE) not in sys.path:
    sys.path.insert(0, os.path.dirname(HERE))

import contextlib
import ctypes
import faulthandler
import json
import numbers

from onnx_quantize_tool.common.register import onnx_infer_func
from onnx_quantize_tool.explain import explained
from onnx_quantize_tool.lifetime import die_with_parent
from onnx_quantize_tool.script import load_script

OLDEST = (3, 7)
REQUESTS, ANSWERS = 3, 4


def flush(mark):
    """All that was printed leaves, from Python and from C, and the mark behind it."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:  # closed or replaced by the script
            pass
    try:
        ctypes.CDLL(None).fflush(None)
    except Exception:  # Windows has no such library
        pass
    for descriptor in (1, 2):
        try:
            os.write(descriptor, mark)
        except OSError:  # closed by the script
            pass


def result_of(value):
    """What a function returned, with the number it is, if it is one: of Python, numpy or torch, or an array of one element."""
    kind = type(value).__name__
    size = value.numel() if hasattr(value, "numel") else getattr(value, "size", 1)
    if hasattr(value, "item") and size == 1:
        value = value.item()
    if isinstance(value, numbers.Real) and not isinstance(value, bool):
        return {"type": kind, "number": repr(float(value)).replace("inf", "Infinity")}
    return {"type": kind}


@contextlib.contextmanager
def work_of_script():
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_DFL)


class Session:
    def __init__(self, connection, script, mark):
        self.connection = connection
        self.script = script
        self.mark = mark

    def tell(self, header):
        flush(self.mark)
        self.connection.send(header)

    def failed(self, error):
        self.tell({"kind": "failed", "number": getattr(error, "number", None), **explained(error, self.script)})

    def load(self):
        """Loads the script and says what it registers; false where it can't be loaded."""
        import numpy

        try:
            # The manual's example uses np and imports it nowhere.
            with work_of_script():
                load_script(self.script, {"np": numpy})
        except BaseException as error:  # sys.exit as well
            self.failed(error)
            return False
        self.tell({"kind": "ready", "functions": list(onnx_infer_func.functions)})
        return True

    def run(self, request):
        from onnx_quantize_tool.executor import Executor

        executor = Executor(self.connection, request["executor"])
        try:
            with work_of_script():
                value = onnx_infer_func.get(request["function"])(executor)
            executor.close()
        except BaseException as error:
            executor.close()
            self.failed(error)
            return
        self.tell({"kind": "returned", **result_of(value)})


def unfit():
    """Why this Python can't run scripts; None where it can."""
    if sys.version_info < OLDEST:
        version, oldest = sys.version.split()[0], ".".join(map(str, OLDEST))
        return f"{sys.executable} is Python {version}, {oldest} or newer is needed; give one with --python FILE"
    try:
        import numpy  # noqa: F401
    except ImportError as error:
        install = f"{sys.executable} -m pip install numpy"
        return f"numpy can't be imported by {sys.executable} ({error}); install it: {install}, or give another Python with --python FILE"
    return None


def tell_unfit(message, mark):
    flush(mark)
    text = json.dumps({"kind": "unfit", "message": message, "arrays": []}).encode()
    os.write(ANSWERS, len(text).to_bytes(4, "little") + text)


def serve(script, mark):
    from onnx_quantize_tool.connection import Closed, Connection

    connection = Connection(REQUESTS, ANSWERS)
    session = Session(connection, script, mark)
    try:
        if not session.load():
            return
        while True:
            session.run(connection.receive()[0])
    except (Closed, BrokenPipeError):
        return


def main():
    for descriptor in (REQUESTS, ANSWERS):
        os.set_inheritable(descriptor, False)
    die_with_parent()
    script, mark = sys.argv[1], f"\0{sys.argv[2]}\0".encode()
    sys.argv[:] = [script]
    sys.dont_write_bytecode = True
    message = unfit()
    if message:
        tell_unfit(message, mark)
        return
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
    faulthandler.enable()
    serve(script, mark)


if __name__ == "__main__":
    main()
