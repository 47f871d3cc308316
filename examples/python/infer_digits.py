"""
An infer function in Python: -uds examples/python/infer_digits.py -if infer_digits -d FILE.npy

FILE.npy holds images, float32 [n, 1, 8, 8]; their labels, int32 [n], lie beside it: calibration.npy goes with calibration_labels.npy,
test_images.npy with test_labels.npy.
"""
import re

import numpy as np
from onnx_quantize_tool.common.register import onnx_infer_func


@onnx_infer_func.register("infer_digits")
def infer_digits(executor):
    images = np.load(executor.dataset).astype(np.float32)
    labels = np.load(re.sub(r"(_images)?\.npy$", "_labels.npy", executor.dataset))
    batch_size = executor.batch_size
    total_correct_num = 0
    total_num = 0
    for i in range(executor.iteration):
        image = images[i * batch_size : (i + 1) * batch_size]
        label = labels[i * batch_size : (i + 1) * batch_size]
        if len(image) < batch_size:
            break
        output = executor.forward(image)
        pred = np.argmax(output[0], axis=1)
        total_correct_num += (pred == label).sum()
        total_num += batch_size
        if executor.early_stop_flag:
            break
    total_acc = 100.0 * total_correct_num / total_num
    print("total_acc:", total_acc)
    return total_acc
