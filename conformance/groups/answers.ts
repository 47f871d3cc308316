import type { Tensor } from "../../core-ts/tensor/tensor.ts";
import type { ConformanceCase } from "../case.ts";
import { difference } from "../compare.ts";
import type { ConformanceHost } from "../host.ts";
import type { CaseReader, Group } from "./group.ts";

/** Cases whose answer is one tensor, compared byte for byte. */
export interface AnswerGroup {
  load(name: string, read: CaseReader): Promise<ConformanceCase[]>;
  /** The host's answers, in the order of the cases; an Error where it has none. */
  answer(cases: readonly ConformanceCase[], host: ConformanceHost): Promise<(Tensor | Error)[]>;
}

export function answerGroup({ load, answer }: AnswerGroup): Group<ConformanceCase> {
  return {
    load,
    async judge(cases, host) {
      const answers = await answer(cases, host);
      return cases.map(({ expected }, i) => {
        const found = answers[i]!;
        return found instanceof Error ? found.message : difference(found, expected);
      });
    },
  };
}
