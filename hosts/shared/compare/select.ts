import { ConfigError } from "../../../core-ts/errors.ts";
import { nearest } from "../cli/nearest.ts";
import type { DumpedLayer } from "./dump-folder.ts";
import type { IndexRange, Selection } from "./settings.ts";

/** Names listed in a message at most. */
const SHOWN = 12;

const listed = (names: readonly string[]): string => {
  const shown = names.slice(0, SHOWN).map((name) => `"${name}"`);
  return names.length > SHOWN ? `${shown.join(", ")} and ${names.length - SHOWN} more` : shown.join(", ");
};

function named(layers: readonly DumpedLayer[], name: string): DumpedLayer[] {
  const found = layers.filter((layer) => [layer.layer, layer.value, layer.quant_value].includes(name));
  if (found.length > 0) return found;
  const hint = nearest(
    name,
    layers.flatMap(({ layer, value }) => [layer, value]),
  );
  throw new ConfigError(
    `-on/--out-name: the dump has no layer "${name}"; ${hint ? `did you mean "${hint}"? ` : ""}there are ${listed(layers.map(({ layer }) => layer))}`,
    { option: "-on/--out-name" },
  );
}

/** An op type that is not there is only told: the same command line serves several models. */
function ofTypes(
  layers: readonly DumpedLayer[],
  types: readonly string[],
  note: (sentence: string) => void,
): DumpedLayer[] {
  const known = [...new Set(layers.map(({ op_type }) => op_type))].sort();
  const unknown = types.filter((type) => !known.includes(type));
  const sentence = `--op-type: no layer is of type ${unknown.join(", ")}; there are ${known.join(", ")} (case matters)`;
  if (unknown.length === types.length) throw new ConfigError(sentence, { option: "--op-type" });
  if (unknown.length > 0) note(sentence);
  return layers.filter(({ op_type }) => types.includes(op_type));
}

function inRanges(layers: readonly DumpedLayer[], ranges: readonly IndexRange[]): DumpedLayer[] {
  const last = layers.at(-1)!.index;
  const beyond = ranges.find(({ from, to }) => from > last || (to ?? last) > last);
  if (beyond) {
    const text = `${beyond.from}-${beyond.to ?? ""}`;
    throw new ConfigError(
      `--index-range ${text} goes beyond the layers, which have indices from 0 to ${last}`,
      {
        option: "--index-range",
      },
    );
  }
  return layers.filter(({ index }) => ranges.some(({ from, to }) => index >= from && index <= (to ?? last)));
}

/** The wanted layers, in topological order. @throws ConfigError that says what there is, for names and ranges that are not there, and when nothing is left. */
export function selectLayers(
  layers: readonly DumpedLayer[],
  { name, opTypes, ranges }: Selection,
  note: (sentence: string) => void,
): DumpedLayer[] {
  // Each is checked against all layers, so that a message tells all there are.
  const parts = [
    name === undefined ? layers : named(layers, name),
    opTypes ? ofTypes(layers, opTypes, note) : layers,
    ranges ? inRanges(layers, ranges) : layers,
  ];
  const left = layers.filter((layer) => parts.every((part) => part.includes(layer)));
  if (left.length > 0) return left;
  throw new ConfigError("-on, --op-type and --index-range have no layer in common; give fewer of them", {
    option: "--op-type",
  });
}
