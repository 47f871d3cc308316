"""User scripts as modules."""
import importlib.util
import os
import sys


def load_script(path, given=()):
    """Runs a user script whose folder is on the path. `given`: names it has before its first line."""
    path = os.path.abspath(path)
    sys.path.insert(0, os.path.dirname(path))
    name = os.path.splitext(os.path.basename(path))[0]
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    module.__dict__.update(given)
    # So that it may be imported by what it imports; not in the place of a module that is loaded already, for instance of Python's own.
    sys.modules.setdefault(name, module)
    spec.loader.exec_module(module)
