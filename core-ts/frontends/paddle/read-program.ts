import Long from "long";
import protobuf from "protobufjs/minimal.js";
import { ModelError, reasonOf } from "../../errors.ts";
import type { SourceFile } from "../converter.ts";
import { dtypeOf } from "./dtypes.ts";
import { paddle } from "./generated/paddle.js";
import type { AttributeValue, Op, Program, Variable } from "./program.ts";

// Without Long, protobufjs would round int64 to float64 numbers.
protobuf.util.Long = Long;
protobuf.configure();

/** VarType.Type of a dense tensor. */
const DENSE = 7;

type Attr = paddle.OpDesc.Attr.$Properties;

/** By AttrType. Blocks and variables as attributes are only named: ops that have them are refused. */
const READERS: Readonly<Record<number, (attr: Attr) => AttributeValue>> = {
  0: ({ i }) => i ?? 0,
  1: ({ f }) => f ?? 0,
  2: ({ s }) => s ?? "",
  3: ({ ints }) => ints ?? [],
  4: ({ floats }) => floats ?? [],
  5: ({ strings }) => strings ?? [],
  6: ({ b }) => b ?? false,
  7: ({ bools }) => (bools ?? []).map(Number),
  8: ({ blockIdx }) => blockIdx ?? 0,
  9: ({ l }) => Number(l ?? 0),
  10: ({ blocksIdx }) => blocksIdx ?? [],
  11: ({ longs }) => (longs ?? []).map(Number),
  12: ({ float64s }) => float64s ?? [],
  13: ({ varName }) => varName ?? "",
  14: ({ varsName }) => varsName ?? [],
  15: ({ float64 }) => float64 ?? 0,
  16: ({ scalar }) => scalarOf(scalar),
  17: ({ scalars }) => (scalars ?? []).map(scalarOf),
};

function scalarOf(scalar: paddle.Scalar.$Properties | null | undefined): number {
  switch (scalar?.type) {
    case 1:
      return Number(scalar.b ?? false);
    case 2:
      return Number(scalar.i ?? 0);
    default:
      return scalar?.r ?? 0;
  }
}

function slots(vars: readonly paddle.OpDesc.Var.$Properties[] | null | undefined): Map<string, string[]> {
  return new Map((vars ?? []).map((one) => [one.parameter ?? "", one.arguments ?? []]));
}

function opOf({ type, inputs, outputs, attrs }: paddle.OpDesc.$Properties): Op {
  const values = new Map<string, AttributeValue>();
  for (const attr of attrs ?? []) {
    const read = READERS[attr.type ?? -1];
    if (read) values.set(attr.name ?? "", read(attr));
  }
  return { type: type ?? "", inputs: slots(inputs), outputs: slots(outputs), attrs: values };
}

function variableOf({ name, type, persistable }: paddle.VarDesc.$Properties): Variable {
  const desc = type?.type === DENSE ? type.lodTensor?.tensor : undefined;
  return {
    name: name ?? "",
    dtype: dtypeOf(desc?.dataType),
    dims: desc && (desc.dims ?? []).map(Number),
    persistable: (persistable ?? false) && desc !== undefined,
  };
}

/** The variables that ops of one kind carry in or out, in the order of their columns. */
function columns(ops: readonly Op[], type: string, of: (op: Op) => readonly string[] | undefined): string[] {
  return ops
    .filter((op) => op.type === type)
    .sort((a, b) => Number(a.attrs.get("col") ?? 0) - Number(b.attrs.get("col") ?? 0))
    .flatMap((op) => of(op) ?? []);
}

function decode({ bytes, name: file }: SourceFile): paddle.ProgramDesc.$Properties {
  try {
    // A plain view: a Node Buffer would take another reader, whose slices share memory.
    return paddle.ProgramDesc.decode(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (cause) {
    throw new ModelError(
      `${file} is no program of an inference model, or it is cut off or damaged (${reasonOf(cause)}, its size is ${bytes.length} bytes); give the .pdmodel (or __model__) file with -m and the .pdiparams file with -w, or copy it again`,
      { file, cause },
    );
  }
}

/** A ProgramDesc: .pdmodel, or __model__. @throws ModelError for a file that is damaged or something else. */
export function readProgram(source: SourceFile): Program {
  const { name: file } = source;
  const block = decode(source).blocks?.[0];
  const ops = (block?.ops ?? []).map(opOf);
  const fetches = columns(ops, "fetch", ({ inputs }) => inputs.get("X"));
  if (!block || fetches.length === 0) {
    throw new ModelError(
      `${file} has no program that fetches a result, so it is no inference model; save it with paddle.jit.save or paddle.static.save_inference_model`,
      { file },
    );
  }
  return {
    file,
    variables: new Map((block.vars ?? []).map((one) => [one.name ?? "", variableOf(one)])),
    feeds: columns(ops, "feed", ({ outputs }) => outputs.get("Out")),
    fetches,
    ops: ops.filter(({ type }) => type !== "feed" && type !== "fetch"),
  };
}
