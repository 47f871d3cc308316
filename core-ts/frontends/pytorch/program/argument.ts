import type { JsonPart } from "./json.ts";

/** An integer, or the name of one that is computed when the model runs. */
export type SymbolicInt = number | string;

/** An argument of a call (Argument of torch/_export/serde/schema.py), by what it can be used as. */
export type Argument =
  | { readonly kind: "none" }
  | { readonly kind: "tensor"; readonly name: string }
  | { readonly kind: "tensors"; readonly names: readonly (string | undefined)[] }
  | { readonly kind: "int"; readonly value: SymbolicInt }
  | { readonly kind: "ints"; readonly values: readonly SymbolicInt[] }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "floats"; readonly values: readonly number[] }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "bools"; readonly values: readonly boolean[] }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "dtype"; readonly number: number }
  /** Device, layout, memory format: of no meaning to ONNX. */
  | { readonly kind: "setting" }
  | { readonly kind: "other"; readonly what: string };

function symbolicInt(part: JsonPart): SymbolicInt {
  const [key, value] = part.union();
  return key === "as_name" ? value.text() : value.number();
}

function optionalName(part: JsonPart): string | undefined {
  const [key, value] = part.union();
  return key === "as_none" ? undefined : value.get("name").text();
}

const READERS: Readonly<Record<string, (part: JsonPart) => Argument>> = {
  as_none: () => ({ kind: "none" }),
  as_tensor: (part) => ({ kind: "tensor", name: part.get("name").text() }),
  as_tensors: (part) => ({ kind: "tensors", names: part.list().map((one) => one.get("name").text()) }),
  as_optional_tensor: (part) => readArgument(part),
  as_optional_tensors: (part) => ({ kind: "tensors", names: part.list().map(optionalName) }),
  as_int: (part) => ({ kind: "int", value: part.number() }),
  as_ints: (part) => ({ kind: "ints", values: part.list().map((one) => one.number()) }),
  as_sym_int: (part) => ({ kind: "int", value: symbolicInt(part) }),
  as_sym_ints: (part) => ({ kind: "ints", values: part.list().map(symbolicInt) }),
  as_float: (part) => ({ kind: "float", value: part.number() }),
  as_floats: (part) => ({ kind: "floats", values: part.list().map((one) => one.number()) }),
  as_bool: (part) => ({ kind: "bool", value: part.flag() }),
  as_bools: (part) => ({ kind: "bools", values: part.list().map((one) => one.flag()) }),
  as_string: (part) => ({ kind: "string", value: part.text() }),
  as_scalar_type: (part) => ({ kind: "dtype", number: part.number() }),
  as_device: () => ({ kind: "setting" }),
  as_layout: () => ({ kind: "setting" }),
  as_memory_format: () => ({ kind: "setting" }),
};

export function readArgument(part: JsonPart): Argument {
  const [key, value] = part.union();
  const read = Object.hasOwn(READERS, key) ? READERS[key] : undefined;
  return read ? read(value) : { kind: "other", what: key.replace(/^as_/, "") };
}

/** Names of the values a node makes, lists laid out flat; undefined for one that is none. */
export function outputNames(outputs: readonly Argument[]): (string | undefined)[] {
  return outputs.flatMap((output) => {
    if (output.kind === "tensors") return output.names;
    if (output.kind === "tensor") return [output.name];
    return [output.kind === "int" && typeof output.value === "string" ? output.value : undefined];
  });
}
