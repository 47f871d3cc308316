"""Arrays by name, as numpy.savez writes them; it takes names as keyword arguments, and an input may well be called "file"."""
import zipfile

import numpy


def save_arrays(path, arrays):
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
                numpy.lib.format.write_array(file, numpy.asanyarray(array), allow_pickle=False)
