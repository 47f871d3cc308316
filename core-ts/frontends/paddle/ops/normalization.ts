import { attr } from "../../../graph/attributes.ts";
import { elementCount } from "../../../tensor/tensor.ts";
import type { Convert, OpContext, Operand } from "../context.ts";
import { channelsFirst } from "./layout.ts";

const epsilonOf = (ctx: OpContext) => attr.float(ctx.number("epsilon", 1e-5));

function batchNorm(ctx: OpContext) {
  const usesStatistics = ctx.flag("is_test", false) || ctx.flag("use_global_stats", false);
  if (!usesStatistics || ctx.flag("trainable_statistics", false)) {
    ctx.refuse("statistics of the batch (call model.eval() before the export)");
  }
  const x = channelsFirst(ctx, ctx.input("X"), "data_layout");
  const rest = ["Scale", "Bias", "Mean", "Variance"].map((slot, i) => {
    const given = ctx.optional(slot);
    return given?.value ?? ones(ctx, slot, [x.dims[1]!, i === 0 ? 1 : 0]);
  });
  x.emit("BatchNormalization", [x.value, ...rest], { epsilon: epsilonOf(ctx) }, "Y");
}

function ones(ctx: OpContext, what: string, [count, value]: readonly [number, number]): string {
  if (count < 0) ctx.refuse("an open number of channels");
  return ctx.floats(
    what,
    Array.from({ length: count }, () => value),
  );
}

/** Over the axes from begin_norm_axis on; the scale is stored flat. */
function layerNorm(ctx: OpContext) {
  const x = ctx.input("X");
  const begin = ctx.number("begin_norm_axis", 1);
  const dims = x.dims.slice(begin);
  const shaped = (slot: string, value: number): string => {
    const given = ctx.optional(slot);
    if (dims.some((dim) => dim < 0)) ctx.refuse("open dimensions to normalise over");
    if (!given)
      return ctx.floats(
        slot,
        Array.from({ length: elementCount(dims) }, () => value),
        dims,
      );
    return dims.length === 1 ? given.value : ctx.reshaped(given.value, dims, slot);
  };
  const axis = attr.int(begin - x.dims.length);
  const bias = ctx.optional("Bias") ? [shaped("Bias", 0)] : [];
  ctx.emit(
    "LayerNormalization",
    [x.value, shaped("Scale", 1), ...bias],
    { axis, epsilon: epsilonOf(ctx) },
    "Y",
  );
}

/** Paddle leaves scale and bias out together, or gives both. */
function affine(ctx: OpContext, channels: number): [string, string] {
  const [scale, bias] = [ctx.optional("Scale"), ctx.optional("Bias")];
  return [scale?.value ?? ones(ctx, "scale", [channels, 1]), bias?.value ?? ones(ctx, "bias", [channels, 0])];
}

function instanceNorm(ctx: OpContext) {
  const x = ctx.input("X");
  const rest = affine(ctx, x.dims[1]!);
  ctx.emit("InstanceNormalization", [x.value, ...rest], { epsilon: epsilonOf(ctx) }, "Y");
}

function groupNorm(ctx: OpContext) {
  const x = channelsFirst(ctx, ctx.input("X"), "data_layout");
  const attrs = { num_groups: attr.int(ctx.number("groups", 1)), epsilon: epsilonOf(ctx) };
  x.emit("GroupNormalization", [x.value, ...affine(ctx, x.dims[1]!)], attrs, "Y");
}

/** x / (k + alpha (sum of n squares around))^beta; ONNX divides alpha by n. */
function localResponse(ctx: OpContext) {
  const x = channelsFirst(ctx, ctx.input("X"));
  const n = ctx.number("n", 5);
  const attrs = {
    size: attr.int(n),
    alpha: attr.float(ctx.number("alpha", 1e-4) * n),
    beta: attr.float(ctx.number("beta", 0.75)),
    bias: attr.float(ctx.number("k", 2)),
  };
  x.emit("LRN", [x.value], attrs, "Out");
}

/** x / sqrt(sum of squares + epsilon) along an axis. */
function l2Norm(ctx: OpContext) {
  const x = ctx.input("X");
  const axes = ctx.ints("axes", [ctx.axis(ctx.number("axis", -1), x)]);
  const squares = ctx.step("ReduceSumSquare", [x.value, axes], "squares", { keepdims: attr.int(1) });
  const sum = ctx.step("Add", [squares, ctx.scalar("epsilon", ctx.number("epsilon", 1e-10))], "sum");
  ctx.emit("Div", [x.value, ctx.step("Sqrt", [sum], "length")]);
}

function perChannel(ctx: OpContext, x: Operand, slot: string): string {
  const tail = x.dims.slice(2).map(() => 1);
  return ctx.reshaped(ctx.input(slot).value, [1, -1, ...tail], slot);
}

function affineChannel(ctx: OpContext) {
  const x = ctx.input("X");
  if (ctx.text("data_layout", "NCHW") !== "NCHW") ctx.refuse("channels last");
  const scaled = ctx.step("Mul", [x.value, perChannel(ctx, x, "Scale")], "scaled");
  ctx.emit("Add", [scaled, perChannel(ctx, x, "Bias")]);
}

/** What is dropped at training: at inference nothing, or everything scaled down (the older way, "downgrade_in_infer"). */
function dropout(ctx: OpContext) {
  const { value } = ctx.input("X");
  const keepsAll = ctx.text("dropout_implementation", "downgrade_in_infer") === "upscale_in_train";
  if (keepsAll) return ctx.emit("Identity", [value]);
  ctx.emit("Mul", [value, ctx.scalar("kept", 1 - ctx.number("dropout_prob", 0.5))]);
}

export const NORMALIZATION = {
  batch_norm: batchNorm,
  sync_batch_norm: batchNorm,
  layer_norm: layerNorm,
  instance_norm: instanceNorm,
  group_norm: groupNorm,
  lrn: localResponse,
  norm: l2Norm,
  affine_channel: affineChannel,
  dropout,
} as const satisfies Readonly<Record<string, Convert>>;
