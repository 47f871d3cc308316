import { ModelError } from "../../../errors.ts";
import { Fields } from "../text/fields.ts";
import { parseText } from "../text/parse.ts";
import { textError } from "../text/tokens.ts";
import { NET_FIELDS } from "./known-fields.ts";
import { typeOfOld } from "./layer-types.ts";

export interface Layer {
  readonly name: string;
  /** Type string of the present format, also where the file has the old enum. */
  readonly type: string;
  readonly bottoms: readonly string[];
  readonly tops: readonly string[];
  readonly fields: Fields;
}

export interface Net {
  readonly name: string;
  /** Inputs declared outside of layers: input, with input_shape or four input_dim each. */
  readonly inputs: readonly { readonly name: string; readonly dims: readonly number[] | undefined }[];
  /** Layers that take part in the TEST phase. */
  readonly layers: readonly Layer[];
}

const PHASES = { TRAIN: 0, TEST: 1 };

interface State {
  readonly level: number;
  readonly stages: readonly string[];
}

/** Whether a NetStateRule holds in the TEST phase (Caffe's Net::StateMeetsRule). */
function holds(rule: Fields, { level, stages }: State): boolean {
  const phase = rule.member("phase", PHASES, "TEST");
  return (
    phase === "TEST" &&
    level >= rule.int("min_level", level) &&
    level <= rule.int("max_level", level) &&
    rule.strings("stage").every((stage) => stages.includes(stage)) &&
    !rule.strings("not_stage").some((stage) => stages.includes(stage))
  );
}

function takesPart(fields: Fields, state: State): boolean {
  const include = fields.messages("include");
  const exclude = fields.messages("exclude");
  return include.length > 0
    ? include.some((rule) => holds(rule, state))
    : !exclude.some((rule) => holds(rule, state));
}

function typeOf(fields: Fields, isOld: boolean): string {
  const { file, line } = fields;
  const type = fields.wordOrString("type");
  if (!type) throw textError(file, line, "this layer has no type");
  if (isOld !== type.isWord) {
    const [here, form] = isOld
      ? ["layers", "a word such as CONVOLUTION"]
      : ["layer", 'a string such as "Convolution"'];
    throw textError(
      file,
      line,
      `in "${here} { ... }" the type is ${form}, found ${JSON.stringify(type.text)}`,
    );
  }
  const found = isOld ? typeOfOld(type.text) : type.text;
  if (found === undefined) throw textError(file, line, `there is no layer type ${type.text}`);
  return found;
}

function readLayer(fields: Fields, isOld: boolean): Layer {
  const { file, line } = fields;
  if (isOld && fields.has("layer")) {
    throw textError(
      file,
      line,
      'this net is in the oldest format ("layers { layer { ... } }"); bring it to the present one with Caffe\'s upgrade_net_proto_text',
    );
  }
  const name = fields.string("name", undefined);
  const type = typeOf(fields, isOld);
  const bottoms = fields.strings("bottom");
  const tops = fields.strings("top");
  return { name: name || tops[0] || type, type, bottoms, tops, fields };
}

function declaredInputs(root: Fields): Net["inputs"] {
  const names = root.strings("input");
  const shapes = root.messages("input_shape").map((shape) => shape.ints("dim"));
  const dims = root.ints("input_dim");
  if (dims.length !== 0 && dims.length !== 4 * names.length) {
    throw new ModelError(
      `${root.file} declares ${names.length} inputs and ${dims.length} input_dim; expected four an input, or input_shape`,
      { file: root.file },
    );
  }
  return names.map((name, i) => ({
    name,
    dims: shapes[i] ?? (dims.length > 0 ? dims.slice(4 * i, 4 * i + 4) : undefined),
  }));
}

/** Bytes of a prototxt → its text. @throws ModelError for other files. */
function decodeText(bytes: Uint8Array, file: string): string {
  try {
    if (!bytes.includes(0)) return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw notText(file, cause);
  }
  throw notText(file);
}

function notText(file: string, cause?: unknown): ModelError {
  return new ModelError(
    `${file} is no prototxt but a binary file; -m takes the .prototxt (the net as text), -w the .caffemodel (its weights)`,
    { file, cause },
  );
}

/** @throws ModelError with file and line for what is no prototxt. */
export function readNet(bytes: Uint8Array, file: string): Net {
  const root = new Fields(parseText(decodeText(bytes, file), file), file);
  const netState = root.message("state");
  const state = { level: netState.int("level", 0), stages: netState.strings("stage") };
  const present = root.messages("layer").map((fields) => ({ fields, isOld: false }));
  const old = root.messages("layers").map((fields) => ({ fields, isOld: true }));
  if (present.length > 0 && old.length > 0) {
    throw new ModelError(`${file} mixes "layer" and "layers"; bring it to one format`, { file });
  }
  if (present.length + old.length === 0) {
    throw new ModelError(
      `${file} describes no net: it has no "layer { ... }"; -m takes the .prototxt of the net (not of its solver)`,
      { file },
    );
  }
  const unknown = root.unread().find((name) => !NET_FIELDS.has(name));
  if (unknown !== undefined) {
    throw textError(file, root.lineOf(unknown), `a net has no field "${unknown}"`);
  }
  return {
    name: root.string("name", "net") || "net",
    inputs: declaredInputs(root),
    layers: [...present, ...old]
      .filter(({ fields }) => takesPart(fields, state))
      .map(({ fields, isOld }) => readLayer(fields, isOld)),
  };
}
