"""The two pipes to the program that started us: messages with a small JSON header and arrays as raw bytes behind it.

A message is the header's length (uint32, little-endian), the header, and the elements of each array of header["arrays"]
([[dtype, shape], ...]), little-endian, row-major, one array behind the other.
"""
import json
import os
import struct

import numpy

#: Types that both sides have.
DTYPES = ("float32", "float64", "float16", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "bool")


class Closed(Exception):
    """The other side has gone."""


class Connection:
    def __init__(self, source, target):
        self.source = source
        self.target = target

    def send(self, header, arrays=()):
        text = json.dumps({**header, "arrays": [[array.dtype.name, array.shape] for array in arrays]}).encode()
        self._write(struct.pack("<I", len(text)) + text)
        for array in arrays:
            little = array.dtype.newbyteorder("<")
            elements = numpy.ascontiguousarray(array, dtype=little).reshape(-1)
            self._write(elements.view(numpy.uint8).data)

    def receive(self):
        """The next message: its header, its arrays."""
        (length,) = struct.unpack("<I", self._read(bytearray(4)))
        header = json.loads(bytes(self._read(bytearray(length))))
        return header, [self._array(dtype, shape) for dtype, shape in header["arrays"]]

    def _array(self, dtype, shape):
        array = numpy.empty(shape, numpy.dtype(dtype).newbyteorder("<"))
        self._read(array.reshape(-1).view(numpy.uint8).data)
        return array.astype(dtype, copy=False)

    def _write(self, data):
        rest = memoryview(data)
        while len(rest) > 0:
            rest = rest[os.write(self.target, rest) :]

    def _read(self, target):
        rest = memoryview(target)
        while len(rest) > 0:
            count = os.readv(self.source, [rest]) if hasattr(os, "readv") else self._copy(rest)
            if count == 0:
                raise Closed()
            rest = rest[count:]
        return target

    def _copy(self, rest):
        """Windows has no readv."""
        part = os.read(self.source, len(rest))
        rest[: len(part)] = part
        return len(part)
