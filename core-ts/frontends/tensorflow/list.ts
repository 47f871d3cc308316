import { attr } from "../../graph/attributes.ts";
import type { Emitter } from "./emitter.ts";
import { isIdentity, type ListItem, type ListValue, Refused, type TensorValue } from "./value.ts";

/** The rows of a tensor along its first axis, whose length must be known. @throws Refused */
export function rowsOf(tensor: TensorValue): ListItem[] {
  if (tensor.parts) return [...tensor.parts];
  const length = tensor.dims?.[0];
  if (length === undefined || length === null)
    throw new Refused("a sequence whose length is computed at run time");
  return Array.from({ length }, (_, index) => ({ kind: "row", of: tensor, index }));
}

/** An item as a tensor. @throws Refused for one that was never written */
export function tensorOf(item: ListItem, to: Emitter): TensorValue {
  if (!item) throw new Refused("a TensorArray that is read before it is written");
  if (item.kind === "tensor") return item;
  const plain = item.of;
  const axis = plain.perm ? plain.perm.indexOf(0) : 0;
  const perm = plain.perm?.filter((one) => one !== 0).map((one) => one - 1);
  const type = {
    dtype: plain.dtype,
    dims: plain.dims!.slice(1),
    ...(perm && !isIdentity(perm) ? { perm } : {}),
  };
  return to.emit("Gather", [plain, to.scalar("int64", item.index, "index")], type, { axis: attr.int(axis) });
}

/** All items, stacked along a new first axis. */
export function stackOf(list: ListValue, to: Emitter): TensorValue {
  const { items } = list;
  const [first] = items;
  if (first?.kind === "row" && items.length === first.of.dims?.[0]) {
    const isWhole = items.every(
      (item, i) => item?.kind === "row" && item.of === first.of && item.index === i,
    );
    if (isWhole) return first.of;
  }
  const axes = to.ints([0], "axes");
  const rows = items.map((item) => {
    const tensor = to.plain(tensorOf(item, to));
    const dims = tensor.dims && [1, ...tensor.dims];
    return to.emit("Unsqueeze", [tensor, axes], { dtype: tensor.dtype, dims }, {}, "row");
  });
  const [row] = rows;
  if (!row) throw new Refused("an empty TensorArray");
  const dims = row.dims && [items.length, ...row.dims.slice(1)];
  const stacked = to.emit("Concat", rows, { dtype: row.dtype, dims }, { axis: attr.int(0) });
  return { ...stacked, parts: items };
}
