"""How long a program that Knight Quant has started lives."""
import os
import threading


def die_with_parent():
    """Our standard input is a pipe from the program that started us: when it ends, so do we."""

    def wait():
        while os.read(0, 4096):
            pass
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
