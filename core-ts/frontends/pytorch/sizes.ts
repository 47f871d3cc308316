/** Calls that compute sizes of open dimensions, and checks of the exporter that compute nothing. */
import type { Environment } from "./environment.ts";
import type { Argument } from "./program/argument.ts";
import type { Call } from "./program/program.ts";
import { type Count, OpenSize, Refused } from "./value.ts";

interface Arithmetic {
  readonly op: string;
  readonly of: (a: number, b: number) => number;
}

const ARITHMETIC: Readonly<Record<string, Arithmetic>> = {
  "_operator.add": { op: "Add", of: (a, b) => a + b },
  "_operator.sub": { op: "Sub", of: (a, b) => a - b },
  "_operator.mul": { op: "Mul", of: (a, b) => a * b },
  // Sizes are not negative: ONNX's Div, which cuts off, is the floor.
  "_operator.floordiv": { op: "Div", of: (a, b) => Math.floor(a / b) },
  "torch.sym_max": { op: "Max", of: Math.max },
  "torch.sym_min": { op: "Min", of: Math.min },
};

const SIZE = "torch.ops.aten.sym_size.int";

export function isSizeCall(target: string): boolean {
  return target === SIZE || Object.hasOwn(ARITHMETIC, target);
}

/** Asserts, and the comparisons that stand before them. */
export function isWithoutEffect(target: string): boolean {
  return (
    /^_operator\.(eq|ne|ge|gt|le|lt|and_|or_|not_)$/.test(target) ||
    /^torch\.ops\.aten\.(_assert_\w+|sym_constrain_range\w*)\./.test(target)
  );
}

function countOf(argument: Argument | undefined, env: Environment): Count {
  if (argument?.kind === "int") return env.count(argument.value);
  throw new Refused("arithmetic on what is no size");
}

function computed({ target, inputs }: Call, name: string, env: Environment): Count {
  const [a, b] = [...inputs.values()].map((one) => countOf(one, env));
  if (a === undefined || b === undefined) throw new Refused("arithmetic on one size");
  const { op, of } = ARITHMETIC[target]!;
  if (typeof a === "number" && typeof b === "number") return of(a, b);
  const part = (one: Count) => (typeof one === "number" ? env.graph.int64s(`${name}:term`, [one]) : one.name);
  return new OpenSize(() => env.graph.node(op, [part(a), part(b)], name));
}

function sizeOf({ inputs }: Call, env: Environment): Count {
  const [self, dim] = [inputs.get("self"), inputs.get("dim")];
  if (self?.kind !== "tensor" || dim?.kind !== "int" || typeof dim.value !== "number") {
    throw new Refused("the size of what is no tensor");
  }
  const value = env.get(self.name);
  return env.sizeOf(value, dim.value < 0 ? dim.value + value.rank : dim.value);
}

export function convertSize(call: Call, env: Environment): void {
  const name = call.outputs[0];
  if (name === undefined) return;
  env.setCount(name, call.target === SIZE ? sizeOf(call, env) : computed(call, name, env));
}
