"""ONNX Runtime's own quantizer as a yardstick: quantize_static, QDQ, int8 symmetric activations, int8 weights per channel.

    python bench/peers/ort_quantize.py MODEL.onnx CALIBRATION.npy OUT.onnx --method MinMax|Entropy|Percentile [--batch 1]

Prints one line of JSON: {"seconds", "peakRssMb", ...}; seconds are those of quantize_static with pre-processing apart.
Needs `pip install onnx onnxruntime numpy`; for benchmarks only, no part of the quantizer.
"""
import argparse
import json
import pathlib
import resource
import tempfile
import time

import numpy as np
import onnxruntime
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process


class Batches(CalibrationDataReader):
    """Feeds `images` [n, ...] to the model's first input, `batch` at a time."""

    def __init__(self, model, images, batch):
        session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
        self.name, self.images, self.batch, self.next = session.get_inputs()[0].name, images, batch, 0

    def get_next(self):
        chunk = self.images[self.next:self.next + self.batch]
        self.next += self.batch
        return {self.name: np.ascontiguousarray(chunk, np.float32)} if len(chunk) == self.batch else None


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("calibration", help=".npy, the images of the model's only input, batch first")
    parser.add_argument("output")
    parser.add_argument("--method", choices=["MinMax", "Entropy", "Percentile"], default="MinMax")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--asymmetric", action="store_true", help="uint8 activations with a zero point")
    return parser.parse_args()


def main():
    args = parse_arguments()
    images = np.load(args.calibration, mmap_mode="r")
    with tempfile.TemporaryDirectory() as scratch:
        prepared = str(pathlib.Path(scratch) / "prepared.onnx")
        start = time.perf_counter()
        quant_pre_process(args.model, prepared, skip_symbolic_shape=True)
        prepare_seconds = time.perf_counter() - start
        reader = Batches(prepared, images, args.batch)
        start = time.perf_counter()
        quantize_static(
            prepared, args.output, reader, quant_format=QuantFormat.QDQ, per_channel=True,
            activation_type=QuantType.QUInt8 if args.asymmetric else QuantType.QInt8, weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod[args.method], extra_options={"ActivationSymmetric": not args.asymmetric})
        seconds = time.perf_counter() - start
    print(json.dumps({
        "tool": f"onnxruntime {onnxruntime.__version__}", "method": args.method, "images": len(images),
        "seconds": round(seconds, 3), "prepareSeconds": round(prepare_seconds, 3),
        "peakRssMb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)}))


if __name__ == "__main__":
    main()
