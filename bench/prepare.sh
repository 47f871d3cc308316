#!/usr/bin/env bash
# Makes what the benchmarks measure on, outside the repository; prints the paths. A second run finds them and does nothing.
#   KNIGHT_SHARED  where models/structure_nets/gen_nets.py lies (default: ../shared beside the project)
#   KNIGHT_BENCH   where the networks go (default: /tmp/knight-bench)
#   KNIGHT_VENV    the Python environment of the peers (default: /tmp/venv-bench)
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
shared="${KNIGHT_SHARED:-$root/../shared}"
out="${KNIGHT_BENCH:-/tmp/knight-bench}"
venv="${KNIGHT_VENV:-/tmp/venv-bench}"
generator="$shared/models/structure_nets/gen_nets.py"

if [[ ! -f "$generator" ]]; then
  echo "bench/prepare.sh: $generator was not found; set KNIGHT_SHARED to the folder that holds models/." >&2
  exit 1
fi
if ! "$venv/bin/python" -c "import numpy, onnx, onnxruntime" 2>/dev/null; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet numpy onnx onnxruntime
fi
mkdir -p "$out"
for net in resnet18 mobilenet_v2 yolo_like; do
  [[ -f "$out/$net.onnx" ]] || "$venv/bin/python" "$generator" "$net" "$out/$net.onnx"
done
# Noise is enough for time and memory: 32 standard normal images, float32 [32, 3, 224, 224].
[[ -f "$out/images32.npy" ]] || "$venv/bin/python" - "$out/images32.npy" <<'PY'
import sys, numpy as np
np.save(sys.argv[1], np.random.RandomState(1).standard_normal((32, 3, 224, 224)).astype(np.float32))
PY
echo "python:   $venv/bin/python"
echo "networks: $out/resnet18.onnx $out/mobilenet_v2.onnx $out/yolo_like.onnx"
echo "images:   $out/images32.npy"
