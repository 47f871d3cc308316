import Table from "cli-table3";
import { KnightError } from "../../../core-ts/errors.ts";
import type { LayersAlone } from "../../../core-ts/evaluate/own-errors.ts";
import type { ObserverName } from "../../../core-ts/observers/index.ts";
import { type QuantizedModel, quantizeModel, withMode } from "../../../core-ts/pipeline.ts";
import type { LayerError } from "../../../core-ts/report/layer-error.ts";
import { obtainRanges } from "./cached-calibration.ts";
import { numberText, quantizationLoss } from "./figures.ts";
import { paintFor } from "./report-text.ts";
import type { CommandRun } from "./session.ts";
import { summaryOf } from "./summary.ts";
import { type Calibrated, evaluateModel, type Snapshot, type Work } from "./work.ts";
import { writeResults } from "./write-results.ts";

/** One way to quantize: an observer and a number of batches to calibrate on. */
export interface Strategy {
  readonly mode: ObserverName;
  readonly iteration: number;
}

/** A strategy that went through. */
export interface Success {
  readonly strategy: Strategy;
  readonly work: Work;
  readonly model: QuantizedModel;
  /** Absent where no model can be run. */
  readonly fixed?: number;
  readonly layers: readonly LayerError[];
  readonly alone: LayersAlone;
  readonly snapshot: Snapshot;
}

/** The best strategy, and what it was measured against. */
export interface Outcome {
  /** Absent where no model can be run. */
  readonly float?: number;
  readonly calibrated: Pick<Calibrated, "source" | "notes"> & Partial<Pick<Calibrated, "batches">>;
  readonly best: Success;
}

interface Row {
  readonly strategy: Strategy;
  readonly fixed?: number;
  /** In percent; absent where the strategy failed, or where the float result is 0. */
  readonly loss?: number | undefined;
  readonly failure?: string;
}

/** Every mode with every number of batches. */
export function strategiesOf({ settings }: CommandRun): Strategy[] {
  return settings.modes.flatMap((mode) => settings.iterations.map((iteration) => ({ mode, iteration })));
}

const folderOf = ({ mode, iteration }: Strategy): string => `${mode}_i${iteration}/`;
const nameOf = ({ mode, iteration }: Strategy): string =>
  `${mode}, ${iteration} ${iteration === 1 ? "batch" : "batches"}`;

async function attempt(
  work: Work,
  strategy: Strategy,
  calibrated: Calibrated,
): Promise<Success & { fixed: number }> {
  const snapshot = calibrated.after(strategy.iteration);
  const own: Work = { ...work, prepared: withMode(work.prepared, strategy.mode) };
  const model = quantizeModel(own.prepared, snapshot.ranges, own.host);
  const success = { strategy, work: own, model, snapshot, ...(await evaluateModel(own, model, "nothing")) };
  const outcome = { float: await calibrated.float(), calibrated, best: success };
  await writeResults(outcome, summaryOf(own, outcome), folderOf(strategy));
  return success;
}

/**
 * A failing strategy is a row of the table, also where the infer function threw on this model alone: options have been read and the float model has run by
 * then. Being stopped, or a mistake of ours, is none.
 */
export function failureOf(error: unknown): string {
  if (!(error instanceof KnightError) || error.code === "ABORTED" || error.code === "INTERNAL") throw error;
  return error.message;
}

/** By loss, ascending; failures last, in the order in which they were tried. */
function ranked(rows: readonly Row[]): Row[] {
  const key = ({ loss, failure }: Row) => (failure !== undefined ? 2 : loss === undefined ? 1 : 0);
  return rows.toSorted((a, b) => key(a) - key(b) || (a.loss ?? 0) - (b.loss ?? 0));
}

function print({ ports }: CommandRun, float: number, rows: readonly Row[]): void {
  const paint = paintFor(ports.terminal);
  const table = new Table({
    head: ["Mode", "Batches", "Float result", "Fixed result", "Quantization Loss"],
    colAligns: ["left", "right", "right", "right", "right"],
    style: { head: [], border: [], compact: true },
  });
  for (const { strategy, fixed, loss, failure } of ranked(rows)) {
    const lost = loss === undefined ? "not defined" : `${numberText(loss)} %`;
    const outcome = failure === undefined ? [numberText(fixed!), lost] : ["", paint.red("Fail")];
    table.push([strategy.mode, String(strategy.iteration), numberText(float), ...outcome]);
  }
  const failed = rows.flatMap(({ strategy, failure }) =>
    failure === undefined ? [] : [`  ${nameOf(strategy)}: ${failure}`],
  );
  const why = failed.length > 0 ? `\n${paint.bold("Failed:")}\n${failed.join("\n")}` : "";
  ports.terminal.out(`${paint.bold("Strategies, best first:")}\n${table.toString()}${why}\n\n`);
}

/**
 * Quantizes by every strategy from one pass over the calibration data: histograms serve all observers, and fewer batches are a prefix of more.
 * Every one is evaluated on all the data and compared with the one float result. Each result is written to a folder of its own; the best is returned,
 * and is the only model kept in memory. @throws the last failure when all fail.
 */
export async function runStrategies(work: Work, strategies: readonly Strategy[]): Promise<Outcome> {
  const { ports } = work;
  const calibrated = await obtainRanges(work);
  const tested: Work = { ...work, ...calibrated.evaluation };
  const rows: Row[] = [];
  let best: { success: Success; loss: number } | undefined;
  let last: unknown;
  for (const strategy of strategies) {
    ports.terminal.err(`Strategy ${nameOf(strategy)}: begins\n`);
    try {
      const success = await attempt(tested, strategy, calibrated);
      const loss = quantizationLoss(await calibrated.float(), success.fixed);
      rows.push({ strategy, fixed: success.fixed, loss });
      if (!best || (loss ?? Number.POSITIVE_INFINITY) < best.loss)
        best = { success, loss: loss ?? Number.POSITIVE_INFINITY };
      ports.terminal.err(`Strategy ${nameOf(strategy)}: done, result ${numberText(success.fixed)}\n`);
    } catch (error) {
      last = error;
      rows.push({ strategy, failure: failureOf(error) });
      ports.terminal.err(`Strategy ${nameOf(strategy)}: failed\n`);
    }
  }
  const float = await calibrated.float();
  print(work, float, rows);
  if (!best) throw last;
  return { float, calibrated, best: best.success };
}
