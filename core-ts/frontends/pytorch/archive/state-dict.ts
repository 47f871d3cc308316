import { ModelError } from "../../../errors.ts";
import type { Tensor } from "../../../tensor/tensor.ts";
import { callOf, type Pickled, type PickledReference, readPickle } from "./pickle.ts";
import { refuseType, STORAGES, tensorOf } from "./scalar-types.ts";
import { unzip } from "./unzip.ts";

interface Saved {
  readonly file: string;
  readonly entries: ReadonlyMap<string, Uint8Array>;
}

const isNumbers = (value: Pickled | undefined): value is number[] =>
  Array.isArray(value) && value.every((one) => typeof one === "number");

function broken({ file }: Saved, name: string): ModelError {
  return new ModelError(
    `"${name}" in the weights of ${file} is no tensor that can be read; export it again`,
    {
      file,
      value: name,
    },
  );
}

/** torch._utils._rebuild_tensor_v2(storage, offset, sizes, strides, ...), a parameter around it or not. */
function rebuilt(saved: Saved, name: string, value: Pickled): Tensor {
  const parameter = callOf(
    value,
    "torch._utils._rebuild_parameter",
    "torch._utils._rebuild_parameter_with_state",
  );
  if (parameter) return rebuilt(saved, name, parameter.args[0] ?? null);
  const call = callOf(value, "torch._utils._rebuild_tensor_v2");
  const [storage, offset, sizes, strides] = call?.args ?? [];
  const reference = (storage as PickledReference | undefined)?.reference;
  if (!Array.isArray(reference) || typeof offset !== "number" || !isNumbers(sizes) || !isNumbers(strides)) {
    throw broken(saved, name);
  }
  const [, type, key] = reference;
  const kind = (type as { readonly global?: string } | null)?.global?.replace(/^torch\./, "") ?? "";
  const dtype = STORAGES[kind] ?? refuseType(`"${name}"`, saved.file, kind || "an unknown storage");
  const bytes = saved.entries.get(`data/${String(key)}`);
  if (!bytes) throw broken(saved, name);
  return tensorOf(bytes, dtype, { sizes, strides, offset }, { file: saved.file, name });
}

/**
 * The tensors of a dictionary that torch.save wrote: a zip archive with a pickle and raw storages.
 * @throws ModelError, UnsupportedError.
 */
export function readStateDict(bytes: Uint8Array, file: string): Map<string, Tensor> {
  const saved = unzip(bytes, file);
  const pickle = saved.entries.get("data.pkl");
  if (!pickle) throw new ModelError(`${file} has no data.pkl: it is not what torch.save writes`, { file });
  const found = readPickle(pickle, file);
  if (!(found instanceof Map)) throw new ModelError(`${file} holds no dictionary of tensors`, { file });
  return new Map(
    [...found].map(([name, value]) => [String(name), rebuilt(saved, String(name), value)] as const),
  );
}
