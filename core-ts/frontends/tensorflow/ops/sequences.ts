import type { ConvertValues } from "../convert.ts";
import type { Emitter } from "../emitter.ts";
import { rowsOf, stackOf, tensorOf } from "../list.ts";
import { wholeNumbers } from "../settle.ts";
import { type ListItem, type ListValue, Refused, type TensorValue, type Value } from "../value.ts";
import { concat } from "./joining.ts";

function tensor(value: Value | undefined, what: string): TensorValue {
  if (value?.kind === "tensor") return value;
  throw new Refused(`${what} that is no tensor`);
}

function list(value: Value | undefined): ListValue {
  if (value?.kind === "list") return value;
  throw new Refused("a TensorArray from elsewhere");
}

const integer = (value: Value | undefined, what: string): number =>
  wholeNumbers(tensor(value, what), what)[0]!;

function written(old: ListValue, index: number, item: ListItem): ListValue {
  const items = [...old.items];
  items[index] = item;
  return { kind: "list", items: Array.from(items) };
}

const empty = (size: number): ListValue => ({
  kind: "list",
  items: new Array<ListItem>(size).fill(undefined),
});

/** A TensorArray's handle is of no interest: its content goes along with the flow. */
const create: ConvertValues = (_, [size]) => {
  const made = empty(integer(size, "the size of a TensorArray"));
  return [made, made];
};

const scatter: ConvertValues = (_, [, indices, value, flow]) => {
  const rows = rowsOf(tensor(value, "what is scattered"));
  const at = tensor(indices, "indices").known ?? [];
  // Indices are a range; where they can't be told they are as many as the rows.
  return rows.reduce<ListValue>((all, row, i) => written(all, at[i] ?? i, row), list(flow));
};

function gathered(indices: Value | undefined, flow: ListValue, to: Emitter): TensorValue {
  const at = tensor(indices, "indices").known;
  if (!at || at.some((index) => index === null))
    throw new Refused("TensorArrayGatherV3 of items found at run time");
  return stackOf({ kind: "list", items: at.map((index) => flow.items[index!]) }, to);
}

const size: ConvertValues = (_, inputs, to) => to.scalar("int32", list(inputs.at(-1)).items.length, "");

/** A size of -1, of a list that grows, is none yet. */
const reserve: ConvertValues = (_, [, count]) =>
  empty(Math.max(0, integer(count, "the length of a TensorList")));

const joined: ConvertValues = (_, [, flow], to) => {
  const rows = list(flow).items.map((item) => tensorOf(item, to));
  return [
    concat(rows, 0, to),
    to.numbers(
      "int64",
      [rows.length],
      rows.map((row) => row.dims?.[0] ?? 0),
      "lengths",
    ),
  ];
};

export const SEQUENCES: Readonly<Record<string, ConvertValues>> = {
  EmptyTensorList: () => empty(0),
  TensorArrayConcatV3: joined,
  TensorArrayGatherV3: (_, [, indices, flow], to) => gathered(indices, list(flow), to),
  TensorArrayReadV3: (_, [, index, flow], to) => tensorOf(list(flow).items[integer(index, "an index")], to),
  TensorArrayScatterV3: scatter,
  TensorArraySizeV3: size,
  TensorArrayV3: create,
  TensorArrayWriteV3: (_, [, index, value, flow]) =>
    written(list(flow), integer(index, "the index of a TensorArray"), tensor(value, "an item")),
  TensorListFromTensor: (_, [value]) => ({ kind: "list", items: rowsOf(tensor(value, "what is listed")) }),
  TensorListGetItem: (_, [from, index], to) => tensorOf(list(from).items[integer(index, "an index")], to),
  TensorListLength: (_, [from], to) => to.scalar("int32", list(from).items.length, ""),
  TensorListPushBack: (_, [from, item]) =>
    written(list(from), list(from).items.length, tensor(item, "an item")),
  TensorListReserve: reserve,
  TensorListSetItem: (_, [from, index, item]) =>
    written(list(from), integer(index, "the index of a TensorList"), tensor(item, "an item")),
  TensorListStack: (_, [from], to) => stackOf(list(from), to),
};
