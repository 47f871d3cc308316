"""How long a program that Knight Quant has started lives."""
import os
import signal
import threading


def die_with_parent():
    """
    Our standard input is a pipe from the program that started us: when it ends, so do we, and what we have started where we have a group of our own.
    Scripts see an empty input.
    """
    life = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)

    def wait():
        while os.read(life, 4096):
            pass
        if hasattr(os, "killpg") and os.getpgid(0) == os.getpid():
            os.killpg(0, signal.SIGKILL)
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
