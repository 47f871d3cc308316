import type { Fields } from "../text/fields.ts";
import type { Layer, Net } from "./read-net.ts";

type Dims = readonly number[] | undefined;

/** Channels of a picture that a data layer reads. */
function channelsOf(transform: Fields, isColor: boolean): number {
  if (!isColor || transform.bool("force_gray", false)) return 1;
  return Math.max(3, transform.floats("mean_value").length);
}

function pictureDims(param: Fields, transform: Fields): Dims {
  const batch = param.int("batch_size", 1);
  const crop = transform.int("crop_size", param.int("crop_size", 0));
  const height = crop || param.int("new_height", 0);
  const width = crop || param.int("new_width", 0);
  const channels = channelsOf(transform, param.bool("is_color", true));
  return height > 0 && width > 0 ? [batch, channels, height, width] : undefined;
}

/** The dims of every top of a layer that brings data in; undefined where the file does not say. */
function topDims(layer: Layer): Dims[] {
  const { type, tops, fields } = layer;
  const each = (dims: readonly Dims[]): Dims[] => tops.map((_, i) => (dims.length === 1 ? dims[0] : dims[i]));
  switch (type) {
    case "Input":
      return each(
        fields
          .message("input_param")
          .messages("shape")
          .map((shape) => shape.ints("dim")),
      );
    case "DummyData": {
      const param = fields.message("dummy_data_param");
      const shapes = param.messages("shape").map((shape) => shape.ints("dim"));
      if (shapes.length > 0) return each(shapes);
      const [num, ...rest] = ["num", "channels", "height", "width"].map((name) => param.ints(name));
      return each(num!.map((n, i) => [n, ...rest.map((list) => list[i] ?? list[0] ?? 1)]));
    }
    case "MemoryData": {
      const param = fields.message("memory_data_param");
      const dims = ["batch_size", "channels", "height", "width"].map((name) => param.int(name, 0));
      return tops.map((_, i) => (i === 0 && dims.every((dim) => dim > 0) ? dims : undefined));
    }
    default: {
      const name = ["image_data_param", "window_data_param", "data_param"].find((one) => fields.has(one));
      const dims = name && pictureDims(fields.message(name), fields.message("transform_param"));
      return tops.map((_, i) => (i === 0 ? dims || undefined : undefined));
    }
  }
}

/** Dims of inputs by blob: those that the net declares, and those of a layer that brings data in. */
export function declaredDims(net: Net): Map<string, Dims> {
  return new Map(net.inputs.map(({ name, dims }) => [name, dims]));
}

export function dataDims(layer: Layer): Map<string, Dims> {
  const dims = topDims(layer);
  return new Map(layer.tops.map((top, i) => [top, dims[i]]));
}
