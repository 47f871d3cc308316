/** Layers that only move or pick numbers. */
import { attr } from "../../../graph/attributes.ts";
import { elementCount } from "../../../tensor/tensor.ts";
import type { Blob, LayerContext, LayerConverter } from "../context.ts";

const flatten: LayerConverter = (ctx) => {
  const param = ctx.param("flatten_param");
  const { value, dims } = ctx.bottom();
  const from = ctx.axis(param.int("axis", 1));
  const to = ctx.axis(param.int("end_axis", -1));
  if (to < from) throw ctx.broken(`ends at axis ${to}, before it begins at ${from}`);
  const flat = [...dims.slice(0, from), elementCount(dims.slice(from, to + 1)), ...dims.slice(to + 1)];
  if (from === 1 && to === dims.length - 1) return [ctx.top("Flatten", [value], flat, { axis: attr.int(1) })];
  return [ctx.topShaped(ctx.bottom(), flat)];
};

/** Dims 0 copy, -1 is what is left; only axes from `axis` on, `num_axes` of them, are replaced (reshape_layer.cpp). */
const reshape: LayerConverter = (ctx) => {
  const param = ctx.param("reshape_param");
  const { dims } = ctx.bottom();
  const wanted = param.message("shape").ints("dim");
  const given = param.int("axis", 0);
  const start = given < 0 ? given + dims.length + 1 : given;
  const count = param.int("num_axes", -1);
  const end = count === -1 ? dims.length : start + count;
  if (start < 0 || end > dims.length) throw ctx.broken(`replaces axes ${start} to ${end} of ${dims.length}`);
  const inside = wanted.map((dim, i) => (dim === 0 ? dims[start + i]! : dim));
  const rest = [...dims.slice(0, start), ...inside, ...dims.slice(end)];
  const known = elementCount(rest.filter((dim) => dim !== -1));
  const out = rest.map((dim) => (dim === -1 ? elementCount(dims) / known : dim));
  if (elementCount(out) !== elementCount(dims) || !out.every(Number.isInteger)) {
    throw ctx.broken(`reshapes ${dims.join("x")} to ${wanted.join("x")}, which does not divide`);
  }
  return [ctx.topShaped(ctx.bottom(), out)];
};

const permute: LayerConverter = (ctx) => {
  const { value, dims } = ctx.bottom();
  const given = ctx.param("permute_param").ints("order");
  const order = [...given, ...dims.keys()].filter((axis, i, all) => all.indexOf(axis) === i);
  if (order.length !== dims.length)
    throw ctx.broken(`orders axes ${given.join()} of a blob with ${dims.length}`);
  const out = order.map((axis) => dims[axis]!);
  return [ctx.top("Transpose", [value], out, { perm: attr.ints(order) })];
};

const concat: LayerConverter = (ctx) => {
  const param = ctx.param("concat_param");
  const axis = ctx.axis(param.int("axis", param.int("concat_dim", 1)));
  const dims = [...ctx.bottom().dims];
  const others = (one: readonly number[]) => one.filter((_, i) => i !== axis).join("x");
  for (const [i, bottom] of ctx.bottoms.entries()) {
    if (others(bottom.dims) !== others(dims)) {
      throw ctx.broken(`joins shapes ${dims.join("x")} and ${bottom.dims.join("x")} along axis ${axis}`);
    }
    if (i > 0) dims[axis]! += bottom.dims[axis]!;
  }
  const values = ctx.bottoms.map(({ value }) => value);
  if (values.length === 1) return [ctx.top("Identity", values, dims)];
  return [ctx.top("Concat", values, dims, { axis: attr.int(axis) })];
};

const slice: LayerConverter = (ctx) => {
  const param = ctx.param("slice_param");
  const { value, dims } = ctx.bottom();
  const axis = ctx.axis(param.int("axis", param.int("slice_dim", 1)));
  const [tops, points] = [ctx.layer.tops.length, param.ints("slice_point")];
  if (points.length === 0 ? dims[axis]! % tops !== 0 : points.length !== tops - 1) {
    throw ctx.broken(`cuts ${dims[axis]} into ${tops} tops at ${points.length} points, which does not fit`);
  }
  const even = Array.from({ length: tops - 1 }, (_, i) => ((i + 1) * dims[axis]!) / tops);
  const ends = [...(points.length > 0 ? points : even), dims[axis]!];
  const sizes = ends.map((end, i) => end - (ends[i - 1] ?? 0));
  if (sizes.some((size) => size <= 0)) throw ctx.broken(`cuts ${dims[axis]} at ${points.join(", ")}`);
  const values = ctx.graph.nodes("Split", [value, ctx.ints("sizes", sizes)], ctx.tops, {
    axis: attr.int(axis),
  });
  return values.map((one, i) => ({ value: one, dims: dims.map((dim, d) => (d === axis ? sizes[i]! : dim)) }));
};

/** The first bottom cut to the second one's size, from `axis` on (crop_layer.cpp). */
const crop: LayerConverter = (ctx) => {
  const param = ctx.param("crop_param");
  const [x, like] = [ctx.bottom(0), ctx.bottom(1)];
  const axis = ctx.axis(param.int("axis", 2));
  const offsets = param.ints("offset");
  const axes = [...x.dims.keys()].slice(axis);
  const starts = axes.map((_, i) => offsets[i] ?? (offsets.length === 1 ? offsets[0]! : 0));
  const ends = axes.map((one, i) => starts[i]! + like.dims[one]!);
  if (axes.some((one, i) => ends[i]! > x.dims[one]!)) {
    throw ctx.broken(`cuts ${like.dims.join("x")} at ${starts.join(", ")} out of ${x.dims.join("x")}`);
  }
  const out = x.dims.map((dim, i) => (i < axis ? dim : like.dims[i]!));
  const bounds = [ctx.ints("starts", starts), ctx.ints("ends", ends), ctx.ints("axes", axes)];
  return [ctx.top("Slice", [x.value, ...bounds], out)];
};

const tile: LayerConverter = (ctx) => {
  const param = ctx.param("tile_param");
  const { value, dims } = ctx.bottom();
  const axis = ctx.axis(param.int("axis", 1));
  const tiles = param.int("tiles", undefined);
  if (tiles === undefined || tiles < 1) throw ctx.broken("has no tiles");
  const repeats = dims.map((_, i) => (i === axis ? tiles : 1));
  const out = dims.map((dim, i) => dim * repeats[i]!);
  return [ctx.top("Tile", [value, ctx.ints("repeats", repeats)], out)];
};

function blockSize(ctx: LayerContext, dims: readonly number[]): { stride: number; isReverse: boolean } {
  const param = ctx.param("reorg_param");
  const [stride, isReverse] = [param.int("stride", 2), param.bool("reverse", false)];
  const divided = isReverse ? [dims[1]!] : [dims[1]!, dims[2]!, dims[3]!];
  const by = isReverse ? stride * stride : stride;
  if (dims.length !== 4 || divided.some((dim) => dim % by !== 0)) {
    throw ctx.broken(`has stride ${stride}, which does not divide its bottom of ${dims.join("x")}`);
  }
  return { stride, isReverse };
}

/** Space to depth as YOLO v2 does it (Darknet, reorg_cpu): over the data read as if they were C/s² channels of s times the size. */
const reorg: LayerConverter = (ctx) => {
  const x = ctx.bottom();
  const [n, c, h, w] = x.dims as [number, number, number, number];
  const { stride: s, isReverse } = blockSize(ctx, x.dims);
  const block = { blocksize: attr.int(s) };
  if (isReverse) {
    const deep = ctx.reshaped(x, [n, c, h, w], "deep");
    const wide = ctx.step("DepthToSpace", [deep], "wide", block);
    const dims = [n, c / (s * s), h * s, w * s];
    return [ctx.topShaped({ value: wide, dims }, dims)];
  }
  if (c % (s * s) !== 0) throw ctx.broken(`has ${c} channels, which ${s * s} does not divide`);
  const wide = ctx.reshaped(x, [n, c / (s * s), h * s, w * s], "wide");
  const deep = ctx.step("SpaceToDepth", [wide], "deep", block);
  return [ctx.topShaped({ value: deep, dims: [n, c, h, w] }, [n, c * s * s, h / s, w / s])];
};

/** Channel g·n+k goes to k·groups+g (ShuffleNet, Zhang et al. 2017). */
const shuffleChannel: LayerConverter = (ctx) => {
  const x = ctx.bottom();
  const group = ctx.param("shuffle_channel_param").int("group", 1);
  const [n = 0, c = 0, ...rest] = x.dims;
  if (group < 1 || c % group !== 0) throw ctx.broken(`shuffles ${c} channels in ${group} groups`);
  const inGroups = [n, group, c / group, ...rest];
  const split = ctx.reshaped(x, inGroups, "groups");
  const order = [0, 2, 1, ...rest.map((_, i) => i + 3)];
  const turned = { value: ctx.transposed(split, order, "turned"), dims: order.map((i) => inGroups[i]!) };
  return [ctx.topShaped(turned, x.dims)];
};

/** Rows of the first bottom by the numbers in the second. */
function batchReindex(ctx: LayerContext): Blob[] {
  const [x, order] = [ctx.bottom(0), ctx.bottom(1)];
  const indices = ctx.step("Cast", [order.value], "indices", { to: attr.int(7) });
  return [ctx.top("Gather", [x.value, indices], [elementCount(order.dims), ...x.dims.slice(1)])];
}

export const SHAPES = {
  Flatten: flatten,
  Reshape: reshape,
  Permute: permute,
  Concat: concat,
  Slice: slice,
  Crop: crop,
  Tile: tile,
  Reorg: reorg,
  ShuffleChannel: shuffleChannel,
  BatchReindex: batchReindex,
} as const satisfies Record<string, LayerConverter>;
