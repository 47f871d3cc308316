import { ConfigError } from "../errors.ts";
import { attr } from "../graph/attributes.ts";
import { replaceUses, uniqueName, valueNames } from "../graph/edit.ts";
import type { Graph, GraphValue } from "../graph/graph.ts";
import { tensor } from "../tensor/tensor.ts";

/** --mean and --std: one number for all channels, or one per channel, in the units of the data. */
export interface Normalization {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

function channelsOf({ name, type }: GraphValue): number {
  const channels = type?.dims?.[1];
  if (typeof channels === "number") return channels;
  const shape = type?.dims?.map((dim) => dim ?? "?").join(", ");
  throw new ConfigError(
    `--mean and --std need an input whose axis 1 is the channels; input "${name}" has shape [${shape ?? "?"}]: leave them out, and normalise in the infer function`,
    { option: "--mean", value: name },
  );
}

function perChannel(given: readonly number[], option: string, channels: number, input: string): number[] {
  if (given.length === 1) return new Array<number>(channels).fill(given[0]!);
  if (given.length === channels) return [...given];
  throw new ConfigError(
    `${option} has ${given.length} values, input "${input}" has ${channels} channels; give one value, or ${channels}`,
    { option, value: input },
  );
}

/** @throws ConfigError for one without the other, and for a std that can't be divided by. */
export function normalizationOf(
  mean: readonly number[] | undefined,
  std: readonly number[] | undefined,
): Normalization | undefined {
  if (mean === undefined && std === undefined) return undefined;
  if (mean === undefined || std === undefined) {
    const [has, lacks] = mean ? ["--mean", "--std"] : ["--std", "--mean"];
    throw new ConfigError(
      `${has} is given without ${lacks}; give both (--mean 0 or --std 1 change nothing)`,
      {
        option: has,
      },
    );
  }
  const bad = std.find((value) => !(value > 0 && value < Number.POSITIVE_INFINITY));
  if (bad !== undefined) {
    throw new ConfigError(`--std holds ${bad}, by which nothing can be divided; expected numbers above 0`, {
      option: "--std",
    });
  }
  const endless = mean.find((value) => !Number.isFinite(value));
  if (endless !== undefined)
    throw new ConfigError(`--mean holds ${endless}, expected finite numbers`, { option: "--mean" });
  return { mean, std };
}

/**
 * Puts (x - mean)/std in front of the model's first input [N, C, ...], as a BatchNormalization with γ = 1/std, β = 0, μ = mean, σ² = 1, ε = 0:
 * the model then takes raw data. It stays a node of its own, since padding of a first Conv stands for 0 behind it, not before it.
 * @throws ConfigError when the counts are neither 1 nor C, or the input has no channels.
 */
export function normalizeInput(graph: Graph, { mean, std }: Normalization): void {
  const [input] = graph.inputs;
  const channels = channelsOf(input!);
  const name = input!.name;
  const taken = valueNames(graph);
  const constant = (role: string, values: readonly number[]) => {
    const wanted = uniqueName(taken, `${name}/normalize/${role}`);
    graph.initializers.set(wanted, tensor("float32", [channels], Float32Array.from(values)));
    return wanted;
  };
  const fill = (value: number) => new Array<number>(channels).fill(value);
  const inputs = [
    name,
    constant(
      "scale",
      perChannel(std, "--std", channels, name).map((s) => 1 / s),
    ),
    constant("offset", fill(0)),
    constant("mean", perChannel(mean, "--mean", channels, name)),
    constant("variance", fill(1)),
  ];
  const output = uniqueName(taken, `${name}_normalized`);
  replaceUses(graph, name, output);
  graph.nodes.unshift({
    name: uniqueName(new Set(graph.nodes.map((node) => node.name)), `${name}/normalize`),
    ...{ op: "BatchNormalization", domain: "", inputs, outputs: [output], origins: [] },
    attrs: new Map([["epsilon", attr.float(0)]]),
  });
}
