import { createHash } from "node:crypto";
import type { StoredQuantization } from "../../../../conformance/case-file.ts";
import { storeTensor } from "../../store.ts";
import { onnxBase64 } from "../onnx-text.ts";
import type { Settings } from "./integers.ts";
import { type Network, onnxText, toTensor } from "./network.ts";
import { oddCnn, perceptron, smallCnn } from "./networks.ts";
import { plainQuantized } from "./quantized.ts";

/** A network, how it is quantized, and the file that must come out. */
export interface PlainModel {
  readonly network: Network;
  readonly stored: StoredQuantization;
  readonly expected: Uint8Array;
}

const plain = (mode: Settings["mode"], bits: Settings["bits"] = 8, permille = 1000): Settings => ({
  ...{ mode, bits, permille },
});

/** At 16 bit mse has no plain twin (see ../searches.ts). */
const RUNS: readonly { readonly chip: string; readonly settings: Settings }[] = [
  { chip: "TX5368AV200", settings: plain("min_max") },
  { chip: "TX5368AV200", settings: plain("kl") },
  { chip: "TX5105C", settings: plain("kl_v2") },
  { chip: "TX5368AV200", settings: plain("mse") },
  { chip: "TX5368AV200", settings: plain("percentile", 8, 990) },
  { chip: "TX5368AV200", settings: plain("min_max", 16) },
  { chip: "TX5112CV201", settings: plain("percentile", 16, 990) },
  { chip: "generic", settings: plain("kl") },
  { chip: "generic", settings: plain("min_max", 16) },
];

const NETWORKS = { "small CNN": smallCnn, "odd CNN": oddCnn, perceptron } as const;

function plainModel(name: keyof typeof NETWORKS, run: (typeof RUNS)[number]): PlainModel {
  const { chip, settings } = run;
  const network = NETWORKS[name](7);
  const expected = plainQuantized(network, chip, settings);
  const { bits, mode, permille } = settings;
  return {
    network,
    expected,
    stored: {
      title: `${name}, ${bits} bit ${mode} on ${chip}`,
      model: onnxBase64(onnxText(network)),
      options: { chip, bits, mode, percent: permille / 1000 },
      batches: network.batches.map((batch) => ({ x: storeTensor(toTensor(batch)) })),
      expected: createHash("sha256").update(expected).digest("hex"),
    },
  };
}

/** Every network in every way, by network. */
export function plainModels(): Readonly<Record<string, readonly PlainModel[]>> {
  const names = Object.keys(NETWORKS) as (keyof typeof NETWORKS)[];
  return Object.fromEntries(names.map((name) => [name, RUNS.map((run) => plainModel(name, run))]));
}
