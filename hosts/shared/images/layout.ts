import { ConfigError } from "../../../core-ts/errors.ts";
import type { ShapeDim } from "../infer/executor.ts";
import type { Size } from "./picture.ts";

/** How a picture lies in an input of a model: [N, C, H, W] or [N, H, W, C]. */
export interface PictureLayout extends Size {
  readonly channels: 1 | 3;
  readonly channelsFirst: boolean;
}

const isChannels = (dim: ShapeDim | undefined): dim is 1 | 3 => dim === 1 || dim === 3;

/** @throws ConfigError where the shape does not say how pictures lie in it. */
export function pictureLayout(name: string, dims: readonly ShapeDim[]): PictureLayout {
  const shape = `[${dims.map((dim) => dim ?? "?").join(", ")}]`;
  const fail = (found: string, advice: string): never => {
    throw new ConfigError(
      `pictures can't be fed to the input "${name}" of shape ${shape}: ${found}; ${advice}`,
      { option: "-d/--data" },
    );
  };
  const arrays = "give the data as .npy";
  if (dims.length !== 4) return fail("it has not the four axes of pictures", arrays);
  const [, second, third, fourth] = dims;
  const [first, last] = [isChannels(second), isChannels(fourth)];
  if (first && last)
    return fail("both its second and its last axis may be the channels", "give the data as .npy");
  const channels = first ? second : fourth;
  if (!isChannels(channels)) return fail("neither its second nor its last axis is 1 or 3 channels", arrays);
  const [height, width] = first ? [third, fourth] : [second, third];
  if (typeof height !== "number" || typeof width !== "number")
    return fail("its height and width are not fixed", `fix them in the model, or ${arrays}`);
  return { channels, channelsFirst: first, height, width };
}
