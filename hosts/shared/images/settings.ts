import { ConfigError } from "../../../core-ts/errors.ts";
import type { DType } from "../../../core-ts/tensor/dtype.ts";
import { type Config, ConfigReader, inputTypeOf } from "../infer/input-config.ts";
import type { PictureLayout } from "./layout.ts";

export const COLOR_SPACES = ["RGB", "BGR", "GRAY"] as const;
export type ColorSpace = (typeof COLOR_SPACES)[number];

/** x becomes (x - mean) / std, x from 0 to 255; one value a channel, in the order of the color space. */
export interface Normalization {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** The picture keeps its proportions and gets borders. */
export interface Letterbox {
  readonly padding: number;
  /** Whether pictures smaller than the input grow. */
  readonly enlarges: boolean;
}

/** What becomes of a picture on its way into an input. */
export interface PictureSettings {
  readonly colors: ColorSpace;
  readonly normalization: Normalization;
  /** Absent: the picture is stretched to the input's size. */
  readonly letterbox?: Letterbox;
  /** What was not said and is assumed. */
  readonly notes: readonly string[];
}

/** The input, and what else decides about defaults. */
export interface PictureInput {
  readonly name: string;
  readonly dtype: DType;
  readonly layout: PictureLayout;
  /** Whether the model subtracts mean and divides by std itself (--mean, --std). */
  readonly normalizes: boolean;
}

/** The border of YOLO's letterbox. */
const YOLO_GREY = 114;

class PictureReader extends ConfigReader {
  readonly notes: string[] = [];

  constructor(
    config: Config,
    private readonly picture: PictureInput,
  ) {
    super(config, picture.name);
  }

  /** Tells what was assumed. */
  assume(sentence: string): void {
    this.notes.push(`pictures for the input "${this.picture.name}": ${sentence}`);
  }

  /** One number a channel. */
  numbers(key: "mean" | "std"): readonly number[] | undefined {
    const value = this.list(key);
    if (value === undefined) return undefined;
    const { channels } = this.picture.layout;
    const found = value.map((one) => (one === "" ? Number.NaN : Number(one)));
    const isRight = found.length === channels && found.every((one) => Number.isFinite(one));
    if (!isRight) this.fail(key, `${channels} ${channels === 1 ? "number" : "numbers, one a channel"}`);
    if (key === "std" && found.some((one) => one <= 0)) this.fail(key, "numbers above 0");
    return found;
  }

  colors(): ColorSpace {
    const { channels } = this.picture.layout;
    const value = this.get("color_space");
    if (value === undefined) {
      const assumed = channels === 1 ? "GRAY" : "BGR";
      this.assume(`their color_space is taken to be ${assumed}, since no "input-configs" says it`);
      return assumed;
    }
    const found = COLOR_SPACES.find((one) => one === String(value).toUpperCase());
    if (!found) return this.fail("color_space", COLOR_SPACES.join(", "));
    if ((found === "GRAY") !== (channels === 1))
      this.fail(
        "color_space",
        channels === 1 ? "GRAY, since the input has one channel" : "RGB or BGR, since it has three",
      );
    return found;
  }

  normalization(): Normalization {
    const { dtype, layout, normalizes } = this.picture;
    const [mean, std] = [this.numbers("mean"), this.numbers("std")];
    const all = (value: number) => new Array<number>(layout.channels).fill(value);
    const asTheyAre = { mean: all(0), std: all(1) };
    if (!mean !== !std) this.assume('"mean" and "std" take effect together only, and one of them is missing');
    const isFloat = dtype === "float32" || dtype === "float64";
    if (!isFloat) {
      if (mean && std && inputTypeOf(this) !== "uint8")
        this.assume(`"mean" and "std" are left aside, since the input takes ${dtype}`);
      return asTheyAre;
    }
    if (normalizes && inputTypeOf(this) === "uint8") return asTheyAre;
    if (mean && std) return { mean, std };
    if (normalizes) return asTheyAre;
    this.assume(
      'their values are divided by 255, since no "mean" and "std" of "input-configs" say otherwise',
    );
    return { mean: all(0), std: all(255) };
  }

  /** Of is_yolo, or where there is something to fill borders with. */
  letterbox(): { readonly letterbox?: Letterbox } {
    const given = this.get("padding_constant_value");
    const padding = given === undefined ? YOLO_GREY : Number(given);
    if (!Number.isInteger(padding) || padding < 0 || padding > 255)
      this.fail("padding_constant_value", "a whole number from 0 to 255");
    if (!this.flag("is_yolo") && given === undefined) return {};
    if (given === undefined)
      this.assume(
        `their borders are filled with ${YOLO_GREY}, since no "padding_constant_value" says otherwise`,
      );
    return { letterbox: { padding, enlarges: this.flag("augment") } };
  }
}

/** Types that hold 0 to 255. */
const TYPES: readonly DType[] = [
  "float32",
  "float64",
  "uint8",
  "int16",
  "uint16",
  "int32",
  "uint32",
  "int64",
];

/**
 * What an entry of "input-configs" says about pictures (manual, 示例五; spec/facts.md). @throws ConfigError naming input and key.
 */
export function readPictureSettings(config: Config, input: PictureInput): PictureSettings {
  if (!TYPES.includes(input.dtype)) {
    throw new ConfigError(
      `pictures can't be fed to the input "${input.name}", which takes ${input.dtype}, and their values are 0 to 255; give -qid uint8, or the data as .npy`,
      { value: input.name },
    );
  }
  const reader = new PictureReader(config, input);
  const colors = reader.colors();
  const normalization = reader.normalization();
  return { colors, normalization, ...reader.letterbox(), notes: reader.notes };
}
