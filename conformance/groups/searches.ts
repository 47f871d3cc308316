import type { Kernels } from "../../core-ts/kernels/kernels.ts";
import { collect, createStats } from "../../core-ts/observers/histogram.ts";
import { OBSERVERS, type ObserverName } from "../../core-ts/observers/index.ts";
import { type Tensor, tensor } from "../../core-ts/tensor/tensor.ts";
import type { ConformanceCase } from "../case.ts";
import { casesOf } from "../case-file.ts";
import { answerGroup } from "./answers.ts";
import { attempt, required } from "./group.ts";

/** The threshold of one observer for the values of a tensor. */
function threshold({ op, inputs, attrs }: ConformanceCase, kernels: Kernels): Tensor {
  const stats = collect(createStats(), inputs[0]!.tensor.data as Float32Array, kernels);
  const target = { levels: attrs.levels as number, signed: attrs.signed === 1 };
  const options = { percent: attrs.percent as number, kernels };
  return tensor("float64", [], Float64Array.of(OBSERVERS[op as ObserverName].range(stats, target, options)));
}

/** The observers, from the values of a tensor to the threshold in real units. */
export const searches = answerGroup({
  async load(name, read) {
    const file = await read("searches");
    return Object.keys(OBSERVERS).flatMap((op) => casesOf(file, name, op));
  },
  async answer(cases, host) {
    const answers = cases.map((one) =>
      attempt([one], () => [threshold(one, required(host.kernels, "kernels", host))]),
    );
    return (await Promise.all(answers)).flat();
  },
});
