import { digestOf } from "../../core-ts/calibrate/cache/identity.ts";
import { type Named, namedCases, type StoredQuantization } from "../case-file.ts";
import { quantizeCase } from "../whole-way.ts";
import { type Group, judgeEach, required } from "./group.ts";

/** Whole models with calibration data → SHA-256 of the written model. */
export const models: Group<Named<StoredQuantization>> = {
  load: async (name, read) => namedCases(await read("models"), name),
  judge: (cases, host) =>
    judgeEach(cases, async (one) => {
      const backend = required(host.backend, "backend", host);
      const kernels = required(host.kernels, "kernels", host);
      const found = digestOf(await quantizeCase(one, { backend, kernels }));
      return found === one.expected
        ? null
        : `${one.title}: found a model of SHA-256 ${found}, expected ${one.expected}`;
    }),
};
