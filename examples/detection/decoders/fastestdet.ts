/**
 * A decoder of one's own, for FastestDet (dog-qiuqiu/FastestDet): `-uds fastestdet.ts`, and `"decoder": "fastestdet"` in "input-configs".
 * One output, [1, 5 + nc, H, W]: objectness, box and classes of every cell; sigmoid and softmax applied, the box raw.
 */
import { type Decoder, type Detection, registerDecoder } from "knight-quant";

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

const decode: Decoder = ([output], { input, classCount, confThreshold }) => {
  if (output?.dtype !== "float32" || output.dims[1] !== 5 + classCount)
    throw new Error(
      `expected one float32 output [1, ${5 + classCount}, H, W], got [${output?.dims.join(", ")}]`,
    );
  const [rows, columns] = output.dims.slice(2) as [number, number];
  const at = (channel: number, cell: number): number => output.data[channel * rows * columns + cell]!;
  const found: Detection[] = [];
  for (let cell = 0; cell < rows * columns; cell++) {
    const scores = Array.from({ length: classCount }, (_, i) => at(5 + i, cell));
    const best = Math.max(...scores);
    const score = at(0, cell) ** 0.6 * best ** 0.4;
    if (!(score > confThreshold)) continue;
    const width = sigmoid(at(3, cell)) * input.width;
    const height = sigmoid(at(4, cell)) * input.height;
    const x = (((cell % columns) + Math.tanh(at(1, cell))) / columns) * input.width - width / 2;
    const y = ((Math.floor(cell / columns) + Math.tanh(at(2, cell))) / rows) * input.height - height / 2;
    found.push({ x, y, width, height, classId: scores.indexOf(best), score });
  }
  return found;
};

registerDecoder("fastestdet", decode);
