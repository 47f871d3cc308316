/** Ops with several named outputs, in order: bodies of functions name what they read of a node (ops.pbtxt). Ops with one output, or one list of them, need no line. */
const OUTPUTS: Readonly<Record<string, readonly string[]>> = {
  Switch: ["output_false", "output_true"],
  RefSwitch: ["output_false", "output_true"],
  Merge: ["output", "value_index"],
  FusedBatchNorm: ["y", "batch_mean", "batch_variance", "reserve_space_1", "reserve_space_2"],
  FusedBatchNormV2: ["y", "batch_mean", "batch_variance", "reserve_space_1", "reserve_space_2"],
  FusedBatchNormV3: [
    "y",
    "batch_mean",
    "batch_variance",
    "reserve_space_1",
    "reserve_space_2",
    "reserve_space_3",
  ],
  TopK: ["values", "indices"],
  TopKV2: ["values", "indices"],
  TensorArrayV3: ["handle", "flow"],
  TensorListPopBack: ["output_handle", "tensor"],
  NonMaxSuppressionV4: ["selected_indices", "valid_outputs"],
  NonMaxSuppressionV5: ["selected_indices", "selected_scores", "valid_outputs"],
  Unique: ["y", "idx"],
  MaxPoolWithArgmax: ["output", "argmax"],
  LSTMBlockCell: ["i", "cs", "f", "o", "ci", "co", "h"],
  BlockLSTM: ["i", "cs", "f", "o", "ci", "co", "h"],
  BlockLSTMV2: ["i", "cs", "f", "o", "ci", "co", "h"],
  GRUBlockCell: ["r", "u", "c", "h"],
};

/** Number of the output "name:index" of a node. */
export function outputIndex(op: string | undefined, name: string, index: number): number {
  const at = OUTPUTS[op ?? ""]?.indexOf(name) ?? -1;
  return at < 0 ? index : at;
}
