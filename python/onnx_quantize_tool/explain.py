"""Errors of user scripts in words."""
import os
import sys
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
#: Of a longer trace the middle is left out.
FIRST_LINES, LAST_LINES = 10, 30
#: Packages that are called otherwise where they are installed from.
PACKAGES = {"cv2": "opencv-python", "PIL": "pillow", "sklearn": "scikit-learn", "skimage": "scikit-image", "yaml": "pyyaml"}


def is_ours(frame):
    return os.path.abspath(frame.filename).startswith(HERE) or frame.filename.startswith("<frozen importlib")


def trim(told, seen):
    """Takes our own frames out of the trace of an error and of those it arose from."""
    if told is None or id(told) in seen:
        return
    told.stack = traceback.StackSummary.from_list([frame for frame in told.stack if not is_ours(frame)])
    for cause in (told.__cause__, told.__context__):
        trim(cause, {*seen, id(told)})


def trace_of(told):
    lines = "".join(told.format()).rstrip().split("\n")
    left_out = len(lines) - FIRST_LINES - LAST_LINES
    if left_out > 1:
        lines[FIRST_LINES:-LAST_LINES] = [f"  ... {left_out} lines ..."]
    return "\n".join(lines)


def words(error):
    """What the error says, on one line."""
    if isinstance(error, SystemExit):
        return f"sys.exit({'' if error.code is None else repr(error.code)}) was called"
    text = " ".join(str(error).split())
    if isinstance(error, ModuleNotFoundError) and error.name:
        top = error.name.split(".")[0]
        install = f"{sys.executable} -m pip install {PACKAGES.get(top, top)}"
        text += f"; install it ({install}), put it beside the script, or give another Python with --python FILE"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def place_of(error, frames, folder):
    """file:line in the script's folder, or else where the error arose."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}"
    own = [one for one in frames if os.path.abspath(one.filename).startswith(folder) and "site-packages" not in one.filename]
    at = (own or frames or [None])[-1]
    return at and f"{at.filename}:{at.lineno}"


def explained(error, script):
    told = traceback.TracebackException.from_exception(error)
    trim(told, set())
    folder = os.path.dirname(os.path.abspath(script)) + os.sep
    return {"message": words(error), "place": place_of(error, list(told.stack), folder), "trace": trace_of(told)}
