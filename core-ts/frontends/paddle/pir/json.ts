/** Values of a PIR program as they stand in its JSON (schema version 4): short keys, "0." for the built-in dialect, "1." for that of the ops. */
import type { DType } from "../../../tensor/dtype.ts";
import { codeOf } from "../dtypes.ts";
import type { AttributeValue } from "../program.ts";

export interface JsonType {
  readonly "#": string;
  readonly D?: unknown;
}
export interface JsonValue {
  readonly "%": number;
  readonly TT?: JsonType;
}
export interface JsonAttribute {
  readonly N: string;
  /** D, or, for what JSON has no number for, VD: INF, -INF, NAN. */
  readonly AT: { readonly "#": string; readonly D?: unknown; readonly VD?: string };
}
export interface JsonOp {
  /** Name, or "p" for a parameter. */
  readonly "#": string;
  /** Attributes; of a parameter [is distributed, is parameter, needs clip, name]. */
  readonly A?: readonly unknown[];
  /** Attributes about the outputs; of a parameter [is persistable, ...]. */
  readonly OA?: readonly unknown[];
  readonly I?: readonly JsonValue[];
  readonly O?: readonly JsonValue[] | JsonValue;
}

export interface TensorType {
  readonly dtype: DType | undefined;
  readonly dims: readonly number[] | undefined;
}

const TYPES: Readonly<Record<string, DType>> = {
  t_bool: "bool",
  t_i8: "int8",
  t_ui8: "uint8",
  t_i16: "int16",
  t_i32: "int32",
  t_i64: "int64",
  t_f16: "float16",
  t_bf16: "bfloat16",
  t_f32: "float32",
  t_f64: "float64",
};

/** "0.t_f32" → "t_f32". */
export const bare = (name: string): string => name.replace(/^\d+\./, "");

function tensorType({ "#": name, D }: JsonType): TensorType {
  if (bare(name) !== "t_dtensor" || !Array.isArray(D)) return { dtype: undefined, dims: undefined };
  const [element, dims] = D as [JsonType, number[]];
  return { dtype: TYPES[bare(element["#"])], dims };
}

/** The types of a value: one, or, of a vector, one an element. */
export function typesOf(type: JsonType | undefined): {
  readonly isVector: boolean;
  readonly types: TensorType[];
} {
  if (type && bare(type["#"]) === "t_vec") {
    return { isVector: true, types: ((type.D ?? []) as JsonType[]).map(tensorType) };
  }
  return { isVector: false, types: [type ? tensorType(type) : { dtype: undefined, dims: undefined }] };
}

/** A value of an attribute; types by their numbers in older programs; undefined for what no conversion reads (places, pointers). */
export function attributeValue({ "#": kind, D, VD }: JsonAttribute["AT"]): AttributeValue | undefined {
  if (VD !== undefined) return Number(VD.replace("INF", "Infinity"));
  switch (bare(kind)) {
    case "a_bool":
    case "a_i32":
    case "a_i64":
    case "a_f32":
    case "a_f64":
    case "a_str":
      return D as AttributeValue;
    case "a_scalar":
      return typeof D === "object" ? undefined : (D as AttributeValue);
    case "a_intarray":
      return D as readonly number[];
    case "a_dtype":
      return codeOf(String(D));
    case "a_array":
      return (D as JsonAttribute["AT"][]).map(attributeValue) as readonly number[];
    default:
      return undefined;
  }
}
