import { OBSERVERS, type ObserverName } from "../../../core-ts/observers/index.ts";
import type { Tensor } from "../../../core-ts/tensor/tensor.ts";
import { tensor, toNumbers } from "../../../core-ts/tensor/tensor.ts";
import { Random } from "../../reference/random.ts";
import type { PlainCase } from "../store.ts";
import { normal, vector } from "./samples.ts";
import { naiveThreshold, type Target } from "./thresholds.ts";

function activations(seed: number, length: number, shape: (x: number, i: number) => number): Tensor {
  const random = new Random(seed);
  return vector(Float32Array.from({ length }, (_, i) => shape(normal(random), i)));
}

/** Values as layers give them, and those that make a search go astray. */
export const SEARCHED: Readonly<Record<string, Tensor>> = {
  zeros: vector(new Float32Array(9)),
  "one value": vector(Float32Array.of(-0.3)),
  normal: activations(1, 1500, (x) => x * 1.7),
  "a Relu output": activations(2, 1500, (x) => Math.max(0, x)),
  "heavy tails": activations(3, 1500, (x) => x * x * x * 0.02),
  "few samples": activations(4, 60, (x) => x * 40),
  "a far outlier": activations(5, 900, (x, i) => (i === 7 ? 90 : x)),
  "a skewed distribution": activations(6, 900, (x) => 0.3 * x * x - 0.7),
};

const TARGETS: readonly Target[] = [
  { levels: 127, signed: true, permille: 990 },
  { levels: 32767, signed: true, permille: 999 },
  { levels: 255, signed: false, permille: 990 },
];

/** At 16 bit mse follows a formula of its own (core-as/distortion.ts) that no plain twin reproduces to the bit. */
const hasTwin = (name: ObserverName, { levels }: Target): boolean => name !== "mse" || levels < 32767;

/** Cases of conformance/cases/searches.json. */
export function searchCases(): Readonly<Record<string, readonly PlainCase[]>> {
  const cases = (Object.keys(OBSERVERS) as ObserverName[]).map((name) => {
    const some = Object.entries(SEARCHED).flatMap(([input, values]) =>
      TARGETS.filter((target) => hasTwin(name, target)).map((target) => {
        const threshold = naiveThreshold(name, toNumbers(values), target);
        return {
          inputs: [input],
          attrs: { levels: target.levels, signed: target.signed ? 1 : 0, percent: target.permille / 1000 },
          expected: tensor("float64", [], Float64Array.of(threshold)),
        };
      }),
    );
    return [name, some] as const;
  });
  return Object.fromEntries(cases);
}
