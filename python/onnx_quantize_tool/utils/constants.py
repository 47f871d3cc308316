"""Words of the command line, for scripts that compare with them."""

FRAMEWORKS = ("onnx", "pytorch", "caffe", "paddle", "tensorflow")
RUN_MODES = ("quant", "infer", "convert", "compare")
