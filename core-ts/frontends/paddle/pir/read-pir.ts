import { ModelError, reasonOf, UnsupportedError } from "../../../errors.ts";
import type { SourceFile } from "../../converter.ts";
import type { AttributeValue, Op, Program, Variable } from "../program.ts";
import { attributeValue, bare, type JsonAttribute, type JsonOp, type JsonValue, typesOf } from "./json.ts";
import { SIGNATURES, type Signature } from "./signatures.ts";

interface JsonProgram {
  readonly base_code?: { readonly magic?: string };
  readonly program?: { readonly regions?: { readonly blocks?: { readonly ops?: readonly JsonOp[] }[] }[] };
}

const listed = (values: JsonOp["O"]): readonly JsonValue[] =>
  values === undefined ? [] : "%" in values ? [values] : values;

/** Builds the program that an older Paddle would have saved, op by op. */
class Reader {
  readonly #variables = new Map<string, Variable>();
  /** Value → variables: several for a vector. */
  readonly #names = new Map<number, readonly string[]>();
  /** What is known of constants, by variable. */
  readonly #constants = new Map<string, readonly number[]>();
  readonly #feeds: string[] = [];
  readonly #fetches: string[] = [];
  readonly #ops: Op[] = [];

  constructor(
    readonly file: string,
    /** What a value is called that is fetched. */
    readonly fetchNames: ReadonlyMap<number, string>,
  ) {}

  #declare(value: JsonValue, name: string, persistable = false): readonly string[] {
    const { isVector, types } = typesOf(value.TT);
    const names = types.map((type, i) => {
      const own = isVector ? `${name}_${i}` : name;
      this.#variables.set(own, { name: own, ...type, persistable });
      return own;
    });
    this.#names.set(value["%"], names);
    return names;
  }

  #attributes({ A = [] }: JsonOp): Map<string, AttributeValue> {
    const found = new Map<string, AttributeValue>();
    for (const { N, AT } of A as readonly JsonAttribute[]) {
      const value = attributeValue(AT);
      if (value !== undefined) found.set(N, value);
    }
    return found;
  }

  #inputs({ I = [] }: JsonOp): (readonly string[])[] {
    return I.map((value) => this.#names.get(value["%"]) ?? []);
  }

  #outputs(op: JsonOp): (readonly string[])[] {
    return listed(op.O).map((value, i) => {
      const id = value["%"];
      const plain = `${bare(op["#"])}_${id}${i > 0 ? `_${i}` : ""}`;
      return this.#declare(value, this.fetchNames.get(id) ?? plain);
    });
  }

  /** Inputs that were attributes. */
  #constant(op: string, slot: string, names: readonly string[]): AttributeValue {
    const found = names.map((name) => this.#constants.get(name));
    if (found.every((one) => one !== undefined)) return found.flat();
    throw new UnsupportedError(
      `${this.file} can't be converted: ${op} has a computed ${slot.slice(1)} (${names.join(", ")}); export the model with a fixed one`,
      { file: this.file },
    );
  }

  #call(op: JsonOp, signature: Signature): Op {
    const inputs = new Map<string, readonly string[]>();
    const attrs = new Map<string, AttributeValue>(signature.fixed);
    for (const [name, value] of this.#attributes(op)) attrs.set(signature.renamed.get(name) ?? name, value);
    for (const [i, names] of this.#inputs(op).entries()) {
      const slot = signature.inputs[i] ?? "_";
      if (slot === "_" || names.length === 0) continue;
      if (slot.startsWith("@")) attrs.set(slot.slice(1), this.#constant(signature.type, slot, names));
      else inputs.set(slot, names);
    }
    const outputs = new Map(this.#outputs(op).map((names, i) => [signature.outputs[i] ?? `_${i}`, names]));
    return { type: signature.type, inputs, outputs, attrs };
  }

  /** Remembers what later ops may have as an attribute. */
  #remember({ outputs, attrs }: Op, name: string): void {
    const value = attrs.get(name === "full" ? "value" : "values");
    const out = outputs.get("Out")?.[0];
    if (out === undefined || value === undefined) return;
    const numbers = typeof value === "object" ? value.map(Number) : [Number(value)];
    this.#constants.set(out, numbers);
  }

  #other(op: JsonOp): Op {
    const name = bare(op["#"]);
    const inputs = new Map(this.#inputs(op).map((names, i) => [String(i), names]));
    const outputs = new Map(this.#outputs(op).map((names, i) => [String(i), names]));
    return { type: name, inputs, outputs, attrs: new Map() };
  }

  read(op: JsonOp): void {
    const name = bare(op["#"]);
    const outs = listed(op.O);
    if (op["#"] === "p") {
      this.#declare(outs[0]!, String(op.A?.[3]), op.OA?.[0] === 1);
    } else if (name === "data" || name === "feed") {
      const own = String(this.#attributes(op).get("name"));
      this.#feeds.push(...this.#declare(outs[0]!, own));
    } else if (name === "fetch") {
      this.#fetches.push(...this.#inputs(op).flat());
    } else if (op["#"].startsWith("0.") && name === "combine") {
      this.#names.set(outs[0]!["%"], this.#inputs(op).flat());
    } else if (op["#"].startsWith("0.") && name === "split") {
      const parts = this.#inputs(op).flat();
      for (const [i, value] of outs.entries()) this.#names.set(value["%"], [parts[i]!]);
    } else {
      this.#compute(op, name);
    }
  }

  #compute(op: JsonOp, name: string): void {
    const signature = SIGNATURES.get(name);
    if (!signature) {
      this.#ops.push(this.#other(op));
      return;
    }
    const call = this.#call(op, signature);
    if (name === "full_int_array") {
      const values = call.attrs.get("values");
      (call.attrs as Map<string, AttributeValue>).set("shape", [Array.isArray(values) ? values.length : 0]);
    }
    if (name.startsWith("full")) this.#remember(call, name);
    this.#ops.push(call);
  }

  finish(): Program {
    return {
      file: this.file,
      variables: this.#variables,
      feeds: this.#feeds,
      fetches: this.#fetches,
      ops: this.#ops,
    };
  }
}

/** Whether a file is JSON, which older programs can't be: a ProgramDesc begins with 0x0a. */
export function isPir({ bytes }: SourceFile): boolean {
  return bytes[0] === 0x7b;
}

function parse({ name: file, bytes }: SourceFile): readonly JsonOp[] {
  let content: JsonProgram;
  try {
    content = JSON.parse(new TextDecoder().decode(bytes)) as JsonProgram;
  } catch (cause) {
    throw new ModelError(
      `${file} is JSON that is cut off or damaged (${reasonOf(cause)}); export or copy the model again`,
      {
        file,
        cause,
      },
    );
  }
  const ops = content.program?.regions?.[0]?.blocks?.[0]?.ops;
  if (content.base_code?.magic === "pir" && Array.isArray(ops)) return ops;
  throw new ModelError(
    `${file} is JSON, but no program of Paddle 3 (there is no base_code.magic "pir"); give the .json file that paddle.jit.save or paddle.static.save_inference_model wrote, or the .pdmodel of an export with FLAGS_enable_pir_api=0`,
    { file },
  );
}

/** A program of Paddle 3 (.json). @throws ModelError for a file that is damaged or something else. */
export function readPir(source: SourceFile): Program {
  const ops = parse(source);
  const fetched = ops.filter((op) => bare(op["#"]) === "fetch");
  const names = new Map(
    fetched.map(({ I = [], A = [] }, i) => {
      const given = (A as readonly JsonAttribute[]).find(({ N }) => N === "name");
      return [I[0]!["%"], String(given?.AT.D ?? `fetch_name_${i}`)] as const;
    }),
  );
  const reader = new Reader(source.name, names);
  try {
    for (const op of ops) reader.read(op);
  } catch (cause) {
    if (cause instanceof UnsupportedError) throw cause;
    throw new ModelError(
      `${source.name} is a program of Paddle 3 of a form that is not known here (${reasonOf(cause)}); export it with FLAGS_enable_pir_api=0, which writes a .pdmodel, or convert it with paddle2onnx and give it with -f onnx`,
      { file: source.name, cause },
    );
  }
  return reader.finish();
}
