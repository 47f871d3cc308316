import { ConfigError } from "../../../core-ts/errors.ts";
import type { Ports } from "../ports.ts";
import { type DumpedLayer, DumpFolder, type DumpSide } from "./dump-folder.ts";
import type { CompareSettings } from "./settings.ts";

/** One half of a comparison. */
export interface Side {
  readonly dump: DumpFolder;
  readonly side: DumpSide;
}

/** A layer and what stands for it on either side. */
export interface LayerPair {
  readonly left: DumpedLayer;
  readonly right: DumpedLayer;
}

export interface Sides {
  readonly left: Side;
  readonly right: Side;
  /** In the left's topological order. */
  readonly pairs: readonly LayerPair[];
  /** Names of layers that only one side has. */
  readonly onlyLeft: readonly string[];
  readonly onlyRight: readonly string[];
}

type SideFiles = Ports["files"];
const QD = "-qd/--quant-dir";
const SD = "-sd/--sim-dir";

/** Two folders with a colon between; a path may have colons of its own (a drive, a folder's name), so that the one counts which parts two folders. */
async function splitPair(files: SideFiles, text: string): Promise<readonly [string, string] | undefined> {
  if (await files.isFolder(text)) return undefined;
  const cuts = [...text.matchAll(/:/g)].map(
    ({ index }) => [text.slice(0, index), text.slice(index + 1)] as const,
  );
  for (const cut of cuts) if ((await files.isFolder(cut[0])) && (await files.isFolder(cut[1]))) return cut;
  const full = cuts.find(([a, b]) => a !== "" && b !== "");
  return full;
}

/** The two dumps of -sd, or of -qd and -sd; undefined for -qd alone. */
async function twoFolders(files: SideFiles, { quantDir, otherDir }: CompareSettings) {
  if (otherDir === undefined) return undefined;
  const pair = await splitPair(files, otherDir);
  if (pair && quantDir !== undefined)
    throw new ConfigError(
      `${SD} names two folders, and ${QD} a third; leave ${QD} out, or give ${SD} one folder`,
      { option: SD },
    );
  if (pair) return { left: pair[0], right: pair[1], leftOption: SD };
  if (quantDir !== undefined) return { left: quantDir, right: otherDir, leftOption: QD };
  throw new ConfigError(
    `${SD} is "${otherDir}", one folder, and there is nothing to compare it with; give ${QD} as well, or two folders with a colon between`,
    { option: SD },
  );
}

/** Opens what the settings name. @throws ConfigError where there is no dump, and when two have no layer of the same name. */
export async function openSides(files: SideFiles, settings: CompareSettings): Promise<Sides> {
  const folders = await twoFolders(files, settings);
  if (!folders) {
    const dump = await DumpFolder.open(files, settings.quantDir!, QD);
    const pairs = dump.layers.map((layer) => ({ left: layer, right: layer }));
    return {
      left: { dump, side: "float" },
      right: { dump, side: "quant" },
      pairs,
      onlyLeft: [],
      onlyRight: [],
    };
  }
  const left = await DumpFolder.open(files, folders.left, folders.leftOption);
  const right = await DumpFolder.open(files, folders.right, SD);
  const byName = new Map(right.layers.map((layer) => [layer.layer, layer]));
  const pairs = left.layers.flatMap((layer) => {
    const other = byName.get(layer.layer);
    return other ? [{ left: layer, right: other }] : [];
  });
  if (pairs.length === 0)
    throw new ConfigError(
      `the dumps in ${left.folder} and ${right.folder} have no layer of the same name; they are of different models`,
      { option: SD },
    );
  const shared = new Set(pairs.map((pair) => pair.left.layer));
  const alone = ({ layers }: DumpFolder) =>
    layers.map(({ layer }) => layer).filter((name) => !shared.has(name));
  return {
    left: { dump: left, side: "quant" },
    right: { dump: right, side: "quant" },
    pairs,
    onlyLeft: alone(left),
    onlyRight: alone(right),
  };
}
