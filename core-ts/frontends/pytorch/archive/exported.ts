import { ConfigError, ModelError } from "../../../errors.ts";
import type { Tensor } from "../../../tensor/tensor.ts";
import type { SourceFile } from "../../converter.ts";
import { type JsonPart, parseJson } from "../program/json.ts";
import { type Program, readMeta, readProgram } from "../program/program.ts";
import { refuseType, scalarType, scalarTypeName, tensorOf } from "./scalar-types.ts";
import { readStateDict } from "./state-dict.ts";
import { type Archive, unzip } from "./unzip.ts";

/** A model as torch.export.save wrote it. */
export interface Exported {
  readonly program: Program;
  /** Weights, buffers and constants by their names in the module. */
  readonly content: ReadonlyMap<string, Tensor>;
}

const HOW_TO =
  'export it in Python with torch.export.save(torch.export.export(model.eval(), (example_input,)), "model.pt2") and give -m model.pt2, or give the function that builds the model: -m NAME -uds script.py -w weights.pth';

function refuse({ name }: SourceFile, found: string): never {
  throw new ConfigError(`${name} ${found}; ${HOW_TO}`, { option: "-m/--model", file: name });
}

function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b;
}

/** Bytes of one entry, or undefined. */
const entryOf = ({ entries }: Archive, ...paths: readonly string[]): Uint8Array | undefined =>
  paths.map((path) => entries.get(path)).find((found) => found !== undefined);

/** Raw tensors of a folder, by the list beside them. */
function listed(archive: Archive, folder: string, config: JsonPart): Map<string, Tensor> {
  const { file } = archive;
  const found = new Map<string, Tensor>();
  for (const [name, one] of config.get("config").entries()) {
    const path = `${folder}/${one.get("path_name").text()}`;
    const bytes = archive.entries.get(path);
    if (!bytes)
      throw new ModelError(`${file} lacks ${path}, the content of "${name}"; export it again`, { file });
    const isPickled = one.get("use_pickle");
    if (!isPickled.isAbsent && isPickled.flag()) refuseType(`"${name}"`, file, "a tensor subclass");
    const { type, sizes, strides, offset } = readMeta(one.get("tensor_meta"));
    const dtype = scalarType(type) ?? refuseType(`"${name}"`, file, scalarTypeName(type));
    const layout = { sizes: sizes.map(Number), strides: strides.map(Number), offset };
    found.set(name, tensorOf(bytes, dtype, layout, { file, name }));
  }
  return found;
}

/** Weights or constants of the model `name`: raw with a list, or a dictionary that torch.save wrote. */
function contentOf(archive: Archive, kind: "weights" | "constants", name: string): Map<string, Tensor> {
  const folder = `data/${kind}`;
  const path = `${folder}/${name}_${kind}_config.json`;
  const config = archive.entries.get(path);
  if (config) return listed(archive, folder, parseJson(config, archive.file, path));
  const old = kind === "weights" ? "serialized_state_dict" : "serialized_constants";
  const saved = entryOf(archive, `${folder}/${name}.pt`, `${old}.pt`, `${old}.json`);
  return saved && saved.length > 0 ? readStateDict(saved, archive.file) : new Map();
}

/** The graph's place in the archive, and the model's name there. */
function graphPath(archive: Archive, source: SourceFile): readonly [path: string, name: string] {
  const { entries } = archive;
  if (entries.has("serialized_exported_program.json")) return ["serialized_exported_program.json", "model"];
  const models = [...entries.keys()].filter((path) => /^models\/[^/]+\.json$/.test(path));
  const path = models.find((one) => one === "models/model.json") ?? models[0];
  if (path !== undefined && (models.length === 1 || path === "models/model.json")) {
    return [path, path.slice("models/".length, -".json".length)];
  }
  if (models.length > 1) return refuse(source, `holds several models (${models.join(", ")})`);
  const paths = [...entries.keys()];
  if (paths.some((one) => one.startsWith("code/") || one === "constants.pkl")) {
    return refuse(source, "is a TorchScript module (torch.jit.save), whose program is not read");
  }
  if (entries.has("data.pkl")) {
    return refuse(source, "is what torch.save writes: weights, or a pickled module, and no graph");
  }
  if (paths.some((one) => one.includes("aotinductor"))) {
    return refuse(source, "is a compiled AOTInductor package, and no graph");
  }
  return refuse(source, "is a zip archive without an exported graph");
}

/**
 * Reads the archive of torch.export.save, of any version.
 * @throws ConfigError saying what to do with what is no such archive; ModelError for a damaged one; UnsupportedError.
 */
export function readExported(source: SourceFile): Exported {
  const { bytes, name: file } = source;
  if (bytes[0] === 0x80) {
    refuse(source, "is a pickle as torch.save wrote it once: weights, or a module, and no graph");
  }
  if (!isZip(bytes)) refuse(source, "is no archive of torch.export.save");
  const archive = unzip(bytes, file);
  const [path, name] = graphPath(archive, source);
  const program = readProgram(parseJson(archive.entries.get(path)!, file, path));
  return {
    program,
    content: new Map([...contentOf(archive, "weights", name), ...contentOf(archive, "constants", name)]),
  };
}
