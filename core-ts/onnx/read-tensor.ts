import { KnightError, ModelError, reasonOf } from "../errors.ts";
import { powerOfTwo } from "../power-of-two.ts";
import { type DType, dtypeFromCode } from "../tensor/dtype.ts";
import { elementCount, type Tensor, tensor } from "../tensor/tensor.ts";
import { byteCount, checkLocation, type ExternalReader } from "./external.ts";
import { describeFileKind } from "./file-kind.ts";
import { type onnx, toBigInt, toNumber } from "./proto.ts";
import { byteLength, checkLength, fromBytes, fromValues } from "./tensor-data.ts";

type TensorProto = onnx.TensorProto;
/** Elements a tensor may claim: the largest typed array there can be. */
const MOST_ELEMENTS = powerOfTwo(32);
const EXTERNAL = 1;

function readDims(proto: TensorProto, name: string): number[] {
  const dims = proto.dims.map(toNumber);
  const bad = dims.find((dim) => dim < 0 || !Number.isSafeInteger(dim));
  if (bad !== undefined || elementCount(dims) > MOST_ELEMENTS) {
    throw new ModelError(
      `tensor "${name}" has shape [${dims.join(", ")}], which no file can hold; the model is damaged`,
      { value: name },
    );
  }
  return dims;
}

function readDType(proto: TensorProto, name: string): DType {
  const dtype = dtypeFromCode(proto.dataType);
  if (dtype) return dtype;
  throw new ModelError(
    `tensor "${name}" has unknown element type ${proto.dataType}; known are ONNX's types 1 to 26`,
    { value: name },
  );
}

/** Hosts' file errors, with the tensor they keep from being read. */
async function readPart(
  external: ExternalReader,
  part: { readonly location: string; readonly offset: number; readonly size: number },
  name: string,
): Promise<Uint8Array> {
  try {
    return await external(part.location, part.offset, part.size);
  } catch (cause) {
    if (cause instanceof KnightError) throw cause;
    const reason = reasonOf(cause);
    throw new ModelError(
      `can't read "${part.location}", which holds the data of tensor "${name}": ${reason}; put it beside the model`,
      { value: name, file: part.location, cause },
    );
  }
}

async function readExternal(
  proto: TensorProto,
  name: string,
  size: number,
  external: ExternalReader | undefined,
): Promise<Uint8Array> {
  const fields = new Map(proto.externalData.map(({ key, value }) => [key, value ?? undefined]));
  const location = fields.get("location") ?? "";
  checkLocation(location, name);
  if (!external) {
    throw new ModelError(
      `tensor "${name}" keeps its data in the file "${location}", and only the model itself was given; give both files`,
      { value: name },
    );
  }
  const where = { value: name, file: location };
  const offset = byteCount(fields.get("offset"), "offset", name) ?? 0;
  const length = byteCount(fields.get("length"), "length", name) ?? size;
  if (length !== size) {
    throw new ModelError(
      `tensor "${name}" needs ${size} bytes and states ${length} of "${location}"; the model is damaged: save it again`,
      where,
    );
  }
  const bytes = await readPart(external, { location, offset, size }, name);
  if (bytes.length === size) return bytes;
  const kind = offset === 0 ? describeFileKind(bytes) : undefined;
  throw new ModelError(
    `tensor "${name}" needs ${size} bytes of "${location}" from ${offset} on, found ${bytes.length}; ${kind ?? "the data file is cut off or another model's"}`,
    where,
  );
}

/** The typed field that holds the values where raw_data is absent. */
function typedValues(proto: TensorProto, dtype: Exclude<DType, "string">): ArrayLike<number> | bigint[] {
  switch (dtype) {
    case "float32":
    case "complex64":
      return proto.floatData;
    case "float64":
    case "complex128":
      return proto.doubleData;
    case "int64":
      return proto.int64Data.map(toBigInt);
    case "uint64":
      return proto.uint64Data.map(toBigInt);
    case "uint32":
      return proto.uint64Data.map(toNumber);
    default:
      return proto.int32Data;
  }
}

function decodeStrings(proto: TensorProto, dims: number[], name: string): Tensor {
  if (proto.stringData.length !== elementCount(dims)) {
    throw new ModelError(
      `tensor "${name}" (string) holds ${proto.stringData.length} values where its shape asks for ${elementCount(dims)}`,
      { value: name },
    );
  }
  return tensor(
    "string",
    dims,
    proto.stringData.map((bytes) => new TextDecoder().decode(bytes)),
  );
}

/** TensorProto → Tensor, whichever field holds the data. @throws ModelError for a shape, type or length that can't be. */
export async function readTensor(proto: TensorProto, external: ExternalReader | undefined): Promise<Tensor> {
  const name = proto.name || "(unnamed)";
  const dims = readDims(proto, name);
  const dtype = readDType(proto, name);
  if (dtype === "string") return decodeStrings(proto, dims, name);
  const count = elementCount(dims);
  const size = byteLength(dtype, count);
  if (proto.dataLocation === EXTERNAL)
    return fromBytes(dtype, dims, await readExternal(proto, name, size, external));
  if (proto.rawData.length > 0 || count === 0) {
    if (proto.rawData.length === size) return fromBytes(dtype, dims, proto.rawData);
    throw new ModelError(
      `tensor "${name}" (${dtype} [${dims.join(", ")}]) needs ${size} bytes, found ${proto.rawData.length}; the file is damaged`,
      { value: name },
    );
  }
  const values = typedValues(proto, dtype);
  checkLength(dtype, count, values.length, name);
  return fromValues(dtype, dims, values as ArrayLike<number>);
}
