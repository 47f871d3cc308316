import { attr } from "../../../../../core-ts/graph/attributes.ts";
import { type Case, describeRewrites, x4 } from "./cases.ts";

const softmaxes: Case[] = ["Softmax", "LogSoftmax", "Hardmax"].flatMap((op): Case[] => [
  {
    op,
    what: "axis 1 of 4",
    opsets: [7, 12],
    inputs: [x4],
    attrs: { axis: attr.int(1) },
    becomes: ["Flatten", op, "Shape", "Reshape"],
  },
  {
    op,
    what: "default axis of 3",
    opsets: [7, 12],
    inputs: [[2, 3, 4]],
    becomes: ["Flatten", op, "Shape", "Reshape"],
  },
  {
    op,
    what: "axis 0",
    opsets: [7, 12],
    inputs: [[3, 4]],
    attrs: { axis: attr.int(0) },
    becomes: ["Flatten", op, "Shape", "Reshape"],
  },
  {
    op,
    what: "axis -2",
    opsets: [11, 12],
    inputs: [x4],
    attrs: { axis: attr.int(-2) },
    becomes: ["Flatten", op, "Shape", "Reshape"],
  },
  { op, what: "last axis", opsets: [7, 12], inputs: [x4], attrs: { axis: attr.int(3) } },
  { op, what: "axis -1", opsets: [11, 12], inputs: [x4], attrs: { axis: attr.int(-1) } },
  { op, what: "default axis of 2", opsets: [7, 12], inputs: [[3, 5]] },
  { op, what: "all but one of length 1", opsets: [7, 12], inputs: [[2, 6, 1, 1]] },
  { op, what: "all of length 1", opsets: [7, 12], inputs: [[3, 1, 1]] },
]);

describeRewrites("Softmax, LogSoftmax, Hardmax", softmaxes);
