/** Ops that move elements about. */
import { attr } from "../../../graph/attributes.ts";
import type { Convert, OpContext, Operand } from "../context.ts";
import { isChannelsLast } from "./layout.ts";

function pixelShuffle(ctx: OpContext) {
  if (isChannelsLast(ctx)) ctx.refuse("channels last");
  const attrs = { blocksize: attr.int(ctx.number("upscale_factor", 1)), mode: attr.string("CRD") };
  ctx.emit("DepthToSpace", [ctx.input("X").value], attrs);
}

/** Sizes of an image, all of them known. */
function knownImage(ctx: OpContext, { dims }: Operand): readonly [number, number, number] {
  const [, channels, height, width] = dims as readonly [number, number, number, number];
  if ([channels, height, width].some((dim) => dim < 0)) ctx.refuse("an open size");
  if (isChannelsLast(ctx)) ctx.refuse("channels last");
  return [channels, height, width];
}

/** Channels are told apart by their place before the block's offsets (SpaceToDepth has them the other way round). */
function pixelUnshuffle(ctx: OpContext) {
  const x = ctx.input("X");
  const factor = ctx.number("downscale_factor", 1);
  const [channels, height, width] = knownImage(ctx, x);
  const [rows, columns] = [height / factor, width / factor];
  const blocks = ctx.reshaped(x.value, [0, channels, rows, factor, columns, factor], "blocks");
  const moved = ctx.transposed(blocks, [0, 1, 3, 5, 2, 4], "moved");
  ctx.emit("Reshape", [moved, ctx.ints("shape", [0, channels * factor * factor, rows, columns])]);
}

const shuffleBy =
  (attribute: string): Convert =>
  (ctx) => {
    const x = ctx.input("X");
    const group = ctx.number(attribute, 1);
    const [channels, height, width] = knownImage(ctx, x);
    const grouped = ctx.reshaped(x.value, [0, group, channels / group, height, width], "grouped");
    const moved = ctx.transposed(grouped, [0, 2, 1, 3, 4], "moved");
    ctx.emit("Reshape", [moved, ctx.ints("shape", [0, channels, height, width])]);
  };

function flip(ctx: OpContext) {
  const x = ctx.input("X");
  const axes = ctx.numbers("axis").map((axis) => ctx.axis(axis, x));
  const all = (n: number) => axes.map(() => n);
  const [from, to] = [ctx.ints("from", all(-1)), ctx.ints("to", all(-Number.MAX_SAFE_INTEGER))];
  ctx.emit("Slice", [x.value, from, to, ctx.ints("axes", axes), ctx.ints("steps", all(-1))]);
}

/** What is pushed out at one end comes in at the other. */
function roll(ctx: OpContext) {
  const x = ctx.input("X");
  const shifts = ctx.knownBy("shifts", ["ShiftsTensor"]);
  const axes = ctx.numbers("axis");
  if (axes.length === 0) ctx.refuse("no axis");
  let { value } = x;
  for (const [i, given] of axes.entries()) {
    const axis = ctx.axis(given, x);
    // A shift by s brings the last s to the front.
    const cut = ctx.ints("cut", [-shifts[i]!]);
    const along = ctx.ints("axis", [axis]);
    const last = ctx.step("Slice", [value, cut, ctx.ints("end", [Number.MAX_SAFE_INTEGER]), along], "last");
    const first = ctx.step("Slice", [value, ctx.ints("start", [0]), cut, along], "first");
    if (shifts[i] !== 0) value = ctx.step("Concat", [last, first], "rolled", { axis: attr.int(axis) });
  }
  ctx.emit("Identity", [value]);
}

function triangle(ctx: OpContext) {
  const diagonal = ctx.scalar("diagonal", ctx.number("diagonal", 0), "int64");
  ctx.emit("Trilu", [ctx.input("X").value, diagonal], { upper: attr.int(ctx.flag("lower", true) ? 0 : 1) });
}

function meshgrid(ctx: OpContext) {
  const all = ctx.inputs("X");
  const sizes = all.map(({ value }) => ctx.step("Size", [value], "size"));
  const flat = sizes.map((value) => ctx.reshaped(value, [1], "length"));
  const shape = ctx.step("Concat", flat, "shape", { axis: attr.int(0) });
  for (const [i, { value }] of all.entries()) {
    const column = ctx.reshaped(
      value,
      all.map((_, at) => (at === i ? -1 : 1)),
      "column",
    );
    ctx.emit("Expand", [column, shape], {}, "Out", i);
  }
}

export const REARRANGING = {
  pixel_shuffle: pixelShuffle,
  pixel_unshuffle: pixelUnshuffle,
  shuffle_channel: shuffleBy("group"),
  channel_shuffle: shuffleBy("groups"),
  flip,
  roll,
  tril_triu: triangle,
  meshgrid,
} as const satisfies Readonly<Record<string, Convert>>;
