import { attr } from "../../../graph/attributes.ts";
import { elementCount, tensor } from "../../../tensor/tensor.ts";
import type { Blob, LayerContext, LayerConverter } from "../context.ts";

/** Everything from `axis` on is one vector that the weights, [outputs, length] or transposed, multiply. */
const innerProduct: LayerConverter = (ctx) => {
  const param = ctx.param("inner_product_param");
  const x = ctx.bottom();
  const axis = ctx.axis(param.int("axis", 1));
  const outputs = param.int("num_output", 0);
  const length = elementCount(x.dims.slice(axis));
  if (outputs < 1) throw ctx.broken("has no num_output");
  const isTransposed = param.bool("transpose", false);
  const hasBias = param.bool("bias_term", true);
  const shape = isTransposed ? [length, outputs] : [outputs, length];
  const dims = [...x.dims.slice(0, axis), outputs];
  if (axis === 1) {
    const rows =
      x.dims.length === 2 ? x.value : ctx.step("Flatten", [x.value], "flat", { axis: attr.int(1) });
    const constants = [ctx.weight(0, shape), ...(hasBias ? [ctx.weight(1, [outputs])] : [])];
    return [ctx.top("Gemm", [rows, ...constants], dims, { transB: attr.int(isTransposed ? 0 : 1) })];
  }
  const rows =
    axis === x.dims.length - 1 ? x.value : ctx.reshaped(x, [...x.dims.slice(0, axis), length], "rows");
  const weights = ctx.blob(0, shape);
  const matrix = isTransposed ? weights.data : transposed(weights.data, outputs, length);
  const right = ctx.graph.constant(ctx.inner("blob0"), tensor("float32", [length, outputs], matrix));
  if (!hasBias) return [ctx.top("MatMul", [rows, right], dims)];
  return [ctx.top("Add", [ctx.step("MatMul", [rows, right], "product"), ctx.weight(1, [outputs])], dims)];
};

/** [rows, columns] → [columns, rows]. */
export function transposed(data: Float32Array, rows: number, columns: number): Float32Array {
  const turned = new Float32Array(data.length);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) turned[c * rows + r] = data[r * columns + c]!;
  return turned;
}

/** Row x of the weights for every number x. */
function embed(ctx: LayerContext): Blob[] {
  const param = ctx.param("embed_param");
  const { value, dims } = ctx.bottom();
  const [rows, width] = [param.int("input_dim", 0), param.int("num_output", 0)];
  const table = ctx.weight(0, [rows, width]);
  const indices = ctx.step("Cast", [value], "indices", { to: attr.int(7) });
  const out = [...dims, width];
  if (!param.bool("bias_term", true)) return [ctx.top("Gather", [table, indices], out)];
  return [ctx.top("Add", [ctx.step("Gather", [table, indices], "rows"), ctx.weight(1, [width])], out)];
}

export const PRODUCTS = { InnerProduct: innerProduct, Embed: embed } as const satisfies Record<
  string,
  LayerConverter
>;
