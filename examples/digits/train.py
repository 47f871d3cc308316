"""Trains the demo network and writes digits.onnx, calibration.npy, test_images.npy and the labels beside this file.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install torch numpy onnx onnxruntime scikit-learn
    /tmp/venv/bin/python examples/digits/train.py

Data: UCI "Optical Recognition of Handwritten Digits" (README.md), images [n, 1, 8, 8] of float32 integers 0..16, fed to
the network as they are. The same seed on the same kind of CPU and the same torch gives the same files.
"""
import pathlib

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from sklearn.datasets import load_digits
from torch import nn

HERE = pathlib.Path(__file__).parent
SEED = 20
TEST_IMAGES = 500
CALIBRATION_IMAGES = 256
EPOCHS = 60
BATCH = 64
LEARNING_RATE = 2e-3


class ConvUnit(nn.Module):
    """Conv + BatchNormalization, and a Relu unless `relu` is false."""

    def __init__(self, inputs, outputs, kernel, groups=1, relu=True):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, groups=groups, bias=False)
        self.bn = nn.BatchNorm2d(outputs)
        self.relu = relu

    def forward(self, x):
        y = self.bn(self.conv(x))
        return torch.relu(y) if self.relu else y


class DigitsNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = ConvUnit(1, 16, 3)
        self.depthwise = ConvUnit(16, 16, 3, groups=16)
        self.pointwise = ConvUnit(16, 32, 1)
        self.residual_a = ConvUnit(32, 32, 3)
        self.residual_b = ConvUnit(32, 32, 3, relu=False)
        self.head = ConvUnit(32, 64, 1)
        self.classifier = nn.Linear(64, 10)

    def forward(self, x):
        y = self.pointwise(self.depthwise(self.stem(x)))
        y = torch.max_pool2d(y, 2)
        y = torch.relu(y + self.residual_b(self.residual_a(y)))
        return self.classifier(self.head(y).mean((2, 3)))


class OnnxWriter:
    """Writes the network node by node: the names stay readable and BatchNormalization stays a node of its own."""

    def __init__(self):
        self.nodes, self.initializers = [], []

    def add(self, op, name, inputs, **attributes):
        self.nodes.append(helper.make_node(op, inputs, [f"{name}_out"], name=name, **attributes))
        return f"{name}_out"

    def weight(self, name, parameter):
        self.initializers.append(numpy_helper.from_array(parameter.detach().numpy(), name))
        return name

    def unit(self, name, unit, x):
        conv, bn = unit.conv, unit.bn
        side = conv.padding[0]
        y = self.add("Conv", f"{name}_conv", [x, self.weight(f"{name}_conv_weight", conv.weight)],
                     kernel_shape=list(conv.kernel_size), strides=[1, 1], pads=[side] * 4, group=conv.groups)
        parameters = {"scale": bn.weight, "bias": bn.bias, "mean": bn.running_mean, "var": bn.running_var}
        names = [self.weight(f"{name}_bn_{key}", value) for key, value in parameters.items()]
        y = self.add("BatchNormalization", f"{name}_bn", [y, *names], epsilon=bn.eps)
        return self.add("Relu", f"{name}_relu", [y]) if unit.relu else y

    def network(self, net):
        y = self.unit("stem", net.stem, "image")
        y = self.unit("depthwise", net.depthwise, y)
        y = self.unit("pointwise", net.pointwise, y)
        pooled = self.add("MaxPool", "pool", [y], kernel_shape=[2, 2], strides=[2, 2])
        y = self.unit("residual_b", net.residual_b, self.unit("residual_a", net.residual_a, pooled))
        y = self.add("Relu", "residual_relu", [self.add("Add", "residual_add", [pooled, y])])
        y = self.unit("head", net.head, y)
        y = self.add("Flatten", "flatten", [self.add("GlobalAveragePool", "average", [y])], axis=1)
        linear = net.classifier
        self.nodes.append(helper.make_node(
            "Gemm", [y, self.weight("classifier_weight", linear.weight), self.weight("classifier_bias", linear.bias)],
            ["logits"], name="classifier", transB=1))

    def model(self):
        image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", 1, 8, 8])
        logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 10])
        graph = helper.make_graph(self.nodes, "digits", [image], [logits], self.initializers)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], producer_name="examples/digits")
        model.ir_version = 7
        onnx.checker.check_model(model, full_check=True)
        return model


def split():
    """Shuffles once: the first images are for the test, calibration images are among those the network is trained on."""
    digits = load_digits()
    order = np.random.RandomState(SEED).permutation(len(digits.target))
    images = digits.images[order].astype(np.float32)[:, None]
    labels = digits.target[order].astype(np.int32)
    return (images[TEST_IMAGES:], labels[TEST_IMAGES:]), (images[:TEST_IMAGES], labels[:TEST_IMAGES])


def shifted(images):
    """Moves a batch by at most one pixel each way, which is all the augmentation that 8x8 pixels bear."""
    dy, dx = (int(v) for v in torch.randint(-1, 2, (2,)))
    padded = nn.functional.pad(images, (1, 1, 1, 1))
    return padded[:, :, 1 + dy:9 + dy, 1 + dx:9 + dx]


def train(images, labels):
    torch.manual_seed(SEED)
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)
    net = DigitsNet()
    images, labels = torch.from_numpy(images), torch.from_numpy(labels).long()
    optimizer = torch.optim.AdamW(net.parameters(), lr=LEARNING_RATE, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, EPOCHS)
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(labels)).split(BATCH):
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(shifted(images[batch])), labels[batch]).backward()
            optimizer.step()
        schedule.step()
    return net.eval()


def main():
    (images, labels), (test_images, test_labels) = split()
    net = train(images, labels)
    writer = OnnxWriter()
    writer.network(net)
    onnx.save(writer.model(), HERE / "digits.onnx")
    session = onnxruntime.InferenceSession(HERE / "digits.onnx", providers=["CPUExecutionProvider"])
    logits = session.run(None, {"image": test_images})[0]
    accuracy = float((logits.argmax(1) == test_labels).mean())
    deviation = np.abs(logits - net(torch.from_numpy(test_images)).detach().numpy()).max()
    print(f"ONNX Runtime, {len(test_labels)} held-out images: {accuracy:.2%}; largest difference from torch {deviation:.1e}")
    if accuracy < 0.97:
        raise SystemExit("The accuracy on held-out images is below 97 %.")
    np.save(HERE / "calibration.npy", images[:CALIBRATION_IMAGES])
    np.save(HERE / "calibration_labels.npy", labels[:CALIBRATION_IMAGES])
    np.save(HERE / "test_images.npy", test_images)
    np.save(HERE / "test_labels.npy", test_labels)


if __name__ == "__main__":
    main()
