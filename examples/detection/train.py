"""Draws the pictures and labels of this example and trains its detector: shapes.onnx, images/, labels/.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install torch numpy onnx pillow
    /tmp/venv/bin/python examples/detection/train.py

Circles, squares and triangles on noisy backgrounds. The detector has one map of 16 x 16 cells with two anchors each, as a
head of YOLOv5: [1, 2 * (5 + 3), 16, 16], before the sigmoids. The same seed on the same kind of CPU and the same torch
gives the same files.
"""
import pathlib
import random

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import nn

HERE = pathlib.Path(__file__).parent
NAMES = ["circle", "square", "triangle"]
SIDE = 128
STRIDE = 8
CELLS = SIDE // STRIDE
ANCHORS = torch.tensor([[18.0, 18.0], [40.0, 40.0]])
PICTURES = 16
STEPS = 2500
BATCH = 32


def draw_shape(draw, kind, box, color):
    x1, y1, x2, y2 = box
    if kind == 0:
        draw.ellipse(box, fill=color)
    elif kind == 1:
        draw.rectangle(box, fill=color)
    else:
        draw.polygon([(x1, y2), (x2, y2), ((x1 + x2) / 2, y1)], fill=color)


def draw_picture(rng, width, height):
    """A picture and its objects: [class, x1, y1, x2, y2] in pixels. No two of them touch."""
    base = np.array([rng.randrange(40, 200) for _ in range(3)], dtype=np.float32)
    slope = np.linspace(-1, 1, width)[None, :, None] * rng.uniform(-40, 40)
    noise = np.random.RandomState(rng.randrange(1 << 30)).normal(0, rng.uniform(4, 12), (height, width, 3))
    image = Image.fromarray(np.clip(base + slope + noise, 0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    found = []
    for _ in range(rng.randrange(1, 6)):
        w = rng.uniform(10, min(56, height * 0.5))
        h = w * rng.uniform(0.75, 1.3)
        if h > height - 4:
            continue
        x1, y1 = rng.uniform(1, width - w - 1), rng.uniform(1, height - h - 1)
        box = (x1, y1, x1 + w, y1 + h)
        if any(x1 < b[3] + 2 and b[1] < x1 + w + 2 and y1 < b[4] + 2 and b[2] < y1 + h + 2 for b in found):
            continue
        kind = rng.randrange(3)
        color = tuple(int((c + rng.choice([90, 120, 150])) % 256) for c in base)
        draw_shape(draw, kind, box, color)
        found.append((kind, *box))
    return image, found


class Unit(nn.Module):
    def __init__(self, inputs, outputs, stride=1):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(outputs)

    def forward(self, x):
        return torch.relu(self.bn(self.conv(x)))


class Shapes(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            Unit(3, 12, 2), Unit(12, 16, 2), Unit(16, 24, 2), Unit(24, 24), Unit(24, 24), Unit(24, 32)
        )
        self.head = nn.Conv2d(32, 2 * 8, 1)
        # Most cells hold nothing.
        with torch.no_grad():
            self.head.bias.view(2, 8)[:, 4] = -4.0

    def forward(self, x):
        return self.head(self.body(x))


def targets_of(objects):
    """Which cells and anchors find which object: the anchor nearest in size, in the cell of the middle."""
    rows = []
    for b, boxes in enumerate(objects):
        for kind, x1, y1, x2, y2 in boxes:
            size = torch.tensor([x2 - x1, y2 - y1])
            anchor = int((size / ANCHORS).log().abs().sum(1).argmin())
            cx, cy = (x1 + x2) / 2 / STRIDE, (y1 + y2) / 2 / STRIDE
            rows.append((b, anchor, int(cy), int(cx), cx, cy, float(size[0]), float(size[1]), kind))
    return rows


def iou(a, b):
    """Of boxes by centre and size."""
    lo = torch.maximum(a[:, :2] - a[:, 2:] / 2, b[:, :2] - b[:, 2:] / 2)
    hi = torch.minimum(a[:, :2] + a[:, 2:] / 2, b[:, :2] + b[:, 2:] / 2)
    common = (hi - lo).clamp(min=0).prod(1)
    return common / (a[:, 2:].prod(1) + b[:, 2:].prod(1) - common)


def loss_of(maps, objects):
    raw = maps.view(len(objects), 2, 8, CELLS, CELLS).permute(0, 1, 3, 4, 2)
    rows = targets_of(objects)
    b, a, y, x = (torch.tensor([row[i] for row in rows]) for i in range(4))
    true = torch.tensor([row[4:8] for row in rows])
    true = torch.cat([true[:, :2] * STRIDE, true[:, 2:]], 1)
    own = raw[b, a, y, x]
    activated = own[:, :4].sigmoid()
    corner = torch.stack([x, y], 1)
    box = torch.cat([(corner + 2 * activated[:, :2] - 0.5) * STRIDE, ANCHORS[a] * (2 * activated[:, 2:]) ** 2], 1)
    overlap = iou(box, true)
    objectness = torch.zeros(raw.shape[:-1])
    objectness[b, a, y, x] = overlap.detach().clamp(min=0)
    kinds = nn.functional.one_hot(torch.tensor([row[8] for row in rows]), 3).float()
    bce = nn.functional.binary_cross_entropy_with_logits
    distance = ((box[:, :2] - true[:, :2]) / true[:, 2:]).abs().sum(1).mean()
    return (1 - overlap).mean() * 2 + distance + bce(raw[..., 4], objectness) * 60 + bce(own[:, 5:], kinds)


def as_input(image):
    return torch.from_numpy(np.asarray(image, dtype=np.float32).transpose(2, 0, 1) / 255)


def train():
    torch.manual_seed(7)
    torch.set_num_threads(1)
    rng = random.Random(7)
    net = Shapes()
    optimizer = torch.optim.Adam(net.parameters(), lr=4e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, STEPS)
    for step in range(STEPS):
        drawn = []
        while len(drawn) < BATCH:
            image, objects = draw_picture(rng, SIDE, SIDE)
            if objects:
                drawn.append((image, objects))
        loss = loss_of(net(torch.stack([as_input(image) for image, _ in drawn])), [o for _, o in drawn])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if step % 100 == 0:
            print(step, f"{loss.item():.4f}", flush=True)
    return net.eval()


def write_pictures():
    rng = random.Random(99)
    for folder in ("images", "labels"):
        (HERE / folder).mkdir(exist_ok=True)
    for i in range(PICTURES):
        # As wide as the input and less high, or the reverse: letterboxes of both kinds, and larger pictures.
        width, height = rng.choice([(128, 96), (96, 128), (160, 120), (192, 144)])
        image, objects = draw_picture(rng, width, height)
        image.save(HERE / "images" / f"shapes_{i:02}.jpg", quality=88)
        lines = [
            f"{kind} {(x1 + x2) / 2 / width:.6f} {(y1 + y2) / 2 / height:.6f} {(x2 - x1) / width:.6f} {(y2 - y1) / height:.6f}\n"
            for kind, x1, y1, x2, y2 in objects
        ]
        (HERE / "labels" / f"shapes_{i:02}.txt").write_text("".join(lines))


if __name__ == "__main__":
    write_pictures()
    torch.onnx.export(
        train(), torch.zeros(1, 3, SIDE, SIDE), HERE / "shapes.onnx", opset_version=13, dynamo=False,
        input_names=["images"], output_names=["maps"], dynamic_axes={"images": {0: "batch"}, "maps": {0: "batch"}},
    )
