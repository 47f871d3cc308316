import { InternalError } from "../../core-ts/errors.ts";
import type { Kernels } from "../../core-ts/kernels/kernels.ts";
import type { Tensor } from "../../core-ts/tensor/tensor.ts";
import type { ConformanceCase } from "../case.ts";
import { casesOf } from "../case-file.ts";
import { answerGroup } from "./answers.ts";
import { attempt, required } from "./group.ts";
import { FUNCTION_CALLS, KERNEL_CALLS } from "./kernel-calls.ts";

const CALLS: Readonly<Record<string, (one: ConformanceCase, kernels: Kernels) => Tensor>> = {
  ...KERNEL_CALLS,
  ...FUNCTION_CALLS,
};

/** What the kernels answer to a case of this group, or to a case of Requantize, Lut8 or Lut16 of group `functions`. */
export function kernelAnswer(one: ConformanceCase, kernels: Kernels): Tensor {
  const call = CALLS[one.op];
  if (!call)
    throw new InternalError(`no kernel computes "${one.op}"; add it to conformance/groups/kernel-calls.ts`);
  return call(one, kernels);
}

/** The compiled kernels, and the integer ops that are both a kernel and a function: the same cases, the same bytes. */
export const kernels = answerGroup({
  async load(name, read) {
    const [own, shared] = [await read("kernels"), await read("functions")];
    return [
      ...Object.keys(KERNEL_CALLS).flatMap((op) => casesOf(own, name, op)),
      ...Object.keys(FUNCTION_CALLS).flatMap((op) => casesOf(shared, name, op)),
    ];
  },
  async answer(cases, host) {
    const answers = cases.map((one) =>
      attempt([one], () => [kernelAnswer(one, required(host.kernels, "kernels", host))]),
    );
    return (await Promise.all(answers)).flat();
  },
});
