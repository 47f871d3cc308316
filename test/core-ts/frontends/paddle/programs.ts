import { paddle } from "../../../../core-ts/frontends/paddle/generated/paddle.js";

const FLOAT = 5;
const DENSE = 7;

export interface WrittenVar {
  readonly name: string;
  readonly dims: readonly number[];
  readonly persistable?: boolean;
  readonly dataType?: number;
}

export interface WrittenOp {
  readonly type: string;
  readonly inputs: Readonly<Record<string, readonly string[]>>;
  readonly outputs: Readonly<Record<string, readonly string[]>>;
  readonly attrs?: readonly paddle.OpDesc.Attr.$Properties[];
}

/** Attributes as a program stores them: numbers as floats where `kind` says so. */
export const ints = (name: string, values: number[]) => ({ name, type: 3, ints: values });
export const text = (name: string, s: string) => ({ name, type: 2, s });
export const float = (name: string, f: number) => ({ name, type: 1, f });

const slots = (all: WrittenOp["inputs"]) =>
  Object.entries(all).map(([parameter, names]) => ({ parameter, arguments: [...names] }));

/** The bytes of a program that feeds `feeds`, runs the ops, and fetches `fetches`. */
export function written(
  vars: readonly WrittenVar[],
  ops: readonly WrittenOp[],
  [feeds, fetches]: readonly [readonly string[], readonly string[]] = [["x"], ["y"]],
): Uint8Array {
  const feed = feeds.map(
    (name): WrittenOp => ({ type: "feed", inputs: { X: ["feed"] }, outputs: { Out: [name] } }),
  );
  const fetch = fetches.map(
    (name): WrittenOp => ({ type: "fetch", inputs: { X: [name] }, outputs: { Out: ["fetch"] } }),
  );
  const program = {
    blocks: [
      {
        idx: 0,
        parentIdx: -1,
        vars: vars.map(({ name, dims, persistable, dataType }) => ({
          name,
          persistable: persistable ?? false,
          type: { type: DENSE, lodTensor: { tensor: { dataType: dataType ?? FLOAT, dims: [...dims] } } },
        })),
        ops: [...feed, ...ops, ...fetch].map(({ type, inputs, outputs, attrs }) => ({
          type,
          inputs: slots(inputs),
          outputs: slots(outputs),
          attrs: [...(attrs ?? [])],
        })),
      },
    ],
  };
  return paddle.ProgramDesc.encode(program).finish();
}

/** A float32 parameter as it is saved: version, no levels of detail, version, description, data. */
export function savedTensor(
  dims: readonly number[],
  values: readonly number[],
  dataType = FLOAT,
): Uint8Array {
  const desc = paddle.TensorDesc.encode({ dataType, dims: [...dims] }).finish();
  const data = new Uint8Array(Float32Array.from(values).buffer);
  const head = new Uint8Array(20);
  new DataView(head.buffer).setUint32(16, desc.length, true);
  return Uint8Array.from([...head, ...desc, ...data]);
}
