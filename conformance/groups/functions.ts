import type { Backend } from "../../core-ts/backend.ts";
import { FIXED_OPS } from "../../core-ts/fixed/index.ts";
import { fromBytes, toBytes } from "../../core-ts/onnx/tensor-data.ts";
import { writeModel } from "../../core-ts/onnx/write.ts";
import type { Tensor } from "../../core-ts/tensor/tensor.ts";
import type { ConformanceCase } from "../case.ts";
import { casesOf } from "../case-file.ts";
import { caseFeeds, caseModel, outputName } from "../function-model.ts";
import { answerGroup } from "./answers.ts";
import { attempt, required } from "./group.ts";

/** The session's buffers end with it. */
function copied(t: Tensor): Tensor {
  return t.dtype === "string" ? t : fromBytes(t.dtype, t.dims, toBytes(t));
}

/** Runs all cases as nodes of one model. */
async function runCases(cases: readonly ConformanceCase[], backend: Backend): Promise<Tensor[]> {
  const session = await backend.createSession(writeModel(caseModel(cases)));
  try {
    const results = await session.run(caseFeeds(cases));
    return cases.map((_, k) => copied(results.get(outputName(k))!));
  } finally {
    await session.release();
  }
}

/** Every op of docs/fixed-ops.md as a function of standard ONNX ops, in the host's ONNX Runtime; one model an op. */
export const functions = answerGroup({
  async load(name, read) {
    const file = await read("functions");
    return Object.keys(FIXED_OPS).flatMap((op) => casesOf(file, name, op));
  },
  async answer(cases, host) {
    const answers: (Tensor | Error)[] = [];
    for (const op of new Set(cases.map((one) => one.op))) {
      const some = cases.filter((one) => one.op === op);
      answers.push(...(await attempt(some, () => runCases(some, required(host.backend, "backend", host)))));
    }
    return answers;
  },
});
