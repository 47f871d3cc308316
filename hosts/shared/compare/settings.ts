import { ConfigError } from "../../../core-ts/errors.ts";
import type { OptionValues } from "./command.ts";
import { MEASURES, type Measure } from "./measures.ts";

/** Indices from `from` to `to`, both included; without `to` up to the last. */
export interface IndexRange {
  readonly from: number;
  readonly to: number | undefined;
}

/** Which layers are wanted; absent: all. */
export interface Selection {
  readonly name?: string;
  readonly opTypes?: readonly string[];
  readonly ranges?: readonly IndexRange[];
}

/** A compare command line, checked. */
export interface CompareSettings {
  /** -qd. */
  readonly quantDir: string | undefined;
  /** -sd as it was given: one folder, or two with a colon between. */
  readonly otherDir: string | undefined;
  readonly selection: Selection;
  /** Measures to print, in the order of MEASURES. */
  readonly measures: readonly Measure[];
  readonly sort: Measure | undefined;
  /** 0: no elements are listed. */
  readonly level: number;
  readonly number: number;
  readonly showIndex: boolean;
  readonly histograms: boolean;
  readonly plot: boolean;
  readonly saveDir: string | undefined;
  readonly json: boolean;
}

const RANGE = "--index-range";
const items = (given: unknown): string[] =>
  ((given ?? []) as readonly string[]).flatMap((one) => one.split(",")).flatMap((one) => one.trim() || []);

function rangeOf(text: string): IndexRange {
  const match = /^(\d+)(?:(-)(\d*))?$/.exec(text);
  if (!match)
    throw new ConfigError(
      `${RANGE} holds "${text}", expected first-last, or first- for all from there on, for instance 0-7,17-`,
      { option: RANGE },
    );
  const from = Number(match[1]);
  const to = match[2] === undefined ? from : match[3] === "" ? undefined : Number(match[3]);
  if (to !== undefined && to < from)
    throw new ConfigError(`${RANGE} holds "${text}", which ends before it begins; write ${to}-${from}`, {
      option: RANGE,
    });
  return { from, to };
}

function selectionOf(values: OptionValues): Selection {
  const opTypes = items(values.opType);
  const ranges = items(values.indexRange).map(rangeOf);
  return {
    ...(values.outName === undefined ? {} : { name: values.outName as string }),
    ...(opTypes.length > 0 ? { opTypes } : {}),
    ...(ranges.length > 0 ? { ranges } : {}),
  };
}

/** What was asked for; what is sorted by is shown as well. */
function measuresOf(values: OptionValues): Measure[] {
  return MEASURES.filter((measure) => values[measure] === true || values.sort === measure);
}

/** @throws ConfigError for options that contradict each other, and when there is nothing to compare. */
export function readCompareSettings(values: OptionValues): CompareSettings {
  const measures = measuresOf(values);
  if (measures.length === 0)
    throw new ConfigError("--no-mre and --no-cos leave no measure; add --rmse, --maxdiff or --bias", {
      option: "--no-mre",
    });
  if (values.quantDir === undefined && values.simDir === undefined)
    throw new ConfigError(
      "-qd/--quant-dir is missing: the --save-dir of a run of quant with -du; for two such runs give -sd DIR:DIR",
      { option: "-qd/--quant-dir" },
    );
  if (values.showHist && values.outName === undefined && values.saveDir === undefined)
    throw new ConfigError(
      "-sh/--show-hist draws a picture of each layer: give -on NAME for one, or --save-dir DIR for where they all go",
      { option: "-sh/--show-hist" },
    );
  return {
    quantDir: values.quantDir as string | undefined,
    otherDir: values.simDir as string | undefined,
    selection: selectionOf(values),
    measures,
    sort: values.sort as Measure | undefined,
    level: values.showLevel as number,
    number: values.showNumber as number,
    showIndex: values.showIndex === true,
    histograms: values.showHist === true,
    plot: values.showPlot === true,
    saveDir: values.saveDir as string | undefined,
    json: values.json === true,
  };
}
