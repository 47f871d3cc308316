/** Checks of what the plan and the passes decided. */
import { GraphIndex } from "../graph/edit.ts";
import type { Check, Finding } from "./finding.ts";

/** Ops that stay float, with the reason. */
export const staysFloat: Check = ({ prepared }) =>
  prepared.floatLayers.map(
    ({ node, op, reason }): Finding => ({
      severity: reason.startsWith("it only moves") ? "note" : "warning",
      check: "stays-float",
      place: node,
      what: `${op} stays float: ${reason}`,
      remedy:
        "it runs in software between a dequantize and a quantize; replace it by a supported op, or cut the model before it with -on if it belongs to the post-processing",
    }),
  );

/** BatchNormalization that no weights could take in: one that is still in the plan. */
export const unfoldedBatchNorm: Check = ({ prepared }) =>
  prepared.plan.nodes.flatMap(({ node }): Finding[] => {
    if (node.op !== "BatchNormalization") return [];
    const refusal = `fold-affine: BatchNormalization "${node.name}" left as it is, `;
    const why = prepared.notes.find((note) => note.startsWith(refusal))?.slice(refusal.length);
    return [
      {
        severity: "warning",
        check: "unfolded-batch-norm",
        place: node.name,
        what: `BatchNormalization is not folded: ${why ?? "no convolution or matrix product stands right before it"}`,
        remedy:
          "it becomes an integer scale-and-shift of its own, which rounds once more; put it right behind a convolution that only it reads, if the network can be changed",
      },
    ];
  });

export const dynamicBatch: Check = ({ prepared }) =>
  prepared.dynamicBatch
    ? [
        {
          severity: "note",
          check: "dynamic-batch",
          place: "",
          what: "the batch size is open; the quantized model has a fixed one",
          remedy: "choose it with -ib (1 by default)",
        },
      ]
    : [];

export const unreadInputs: Check = ({ prepared }) => {
  const index = new GraphIndex(prepared.targetModel.graph);
  return prepared.inputs.flatMap(({ name }): Finding[] =>
    index.consumers(name).length > 0 || index.isOutput(name)
      ? []
      : [
          {
            severity: "note",
            check: "unread-input",
            place: name,
            what: "no node reads this input",
            remedy: "leave it out of the export; until then it has to be fed",
          },
        ],
  );
};
