import type { BitWidth } from "../../../core-ts/chips/index.ts";
import type { ObserverName } from "../../../core-ts/observers/index.ts";
import type { LayerHistogram, ReportLayer } from "../../../core-ts/report/report.ts";
import {
  bestThreshold,
  type Choice,
  expectedDb,
  runChoice,
  tiedTo,
  withBits,
  withObserver,
} from "../choices.ts";
import { realText } from "../figures.ts";
import { useTranslate } from "../language.ts";
import { useView } from "../view.ts";
import { lowestOf } from "./curve-chart.tsx";

/** Positions of the slider. */
const STEPS = 400;

interface ControlProps {
  readonly layer: ReportLayer;
  readonly histogram: LayerHistogram;
  readonly choice: Choice;
  readonly onChoice: (choice: Choice) => void;
}

/** Names written out of nodes that go together. */
const NAMED = 4;

const namesOf = (nodes: readonly string[]) =>
  nodes.length <= NAMED ? nodes.join(", ") : `${nodes.slice(0, NAMED - 1).join(", ")}, …`;

/** 8 or 16 bit, where the chip lets nodes differ. */
function BitsSwitch({ layer, choice, onChoice }: ControlProps) {
  const t = useTranslate();
  const { report } = useView();
  const { mix } = report.rerun;
  if (mix === null) return <p class="hint">{t("noMix")}</p>;
  if (!(layer.node in mix)) return null;
  const tied = tiedTo(report, layer.node);
  return (
    <>
      <div class="switch" role="radiogroup" aria-label={t("bits")}>
        {([8, 16] satisfies BitWidth[]).map((bits) => (
          <label key={bits}>
            <input
              type="radio"
              name="bits"
              checked={choice.bits === bits}
              onChange={() => onChoice(withBits(layer, bits))}
            />{" "}
            {t("bitsOf", { bits })}
          </label>
        ))}
      </div>
      {tied.length > 1 && <p class="hint">{t("tied", { count: tied.length, nodes: namesOf(tied) })}</p>}
    </>
  );
}

interface RowProps {
  readonly label: string;
  readonly note?: string | undefined;
  readonly isChosen: boolean;
  readonly threshold: number;
  readonly db: number;
  readonly onChoose: () => void;
}

function Row({ label, note, isChosen, threshold, db, onChoose }: RowProps) {
  return (
    <tr class={isChosen ? "selected" : ""}>
      <th scope="row">
        <label>
          <input type="radio" name="rule" checked={isChosen} onChange={onChoose} /> {label}
          {note && <span class="note"> {note}</span>}
        </label>
      </th>
      <td>{realText(threshold)}</td>
      <td>{db.toFixed(1)} dB</td>
    </tr>
  );
}

function RulesHead() {
  const t = useTranslate();
  return (
    <thead>
      <tr>
        <th scope="col">{t("observer")}</th>
        <th scope="col">{t("threshold")}</th>
        <th scope="col" title={t("expectedHint")}>
          {t("expected")}
        </th>
      </tr>
    </thead>
  );
}

/** What the observers would choose, and the least error there is. */
function Rules({ layer, histogram, choice, onChoice }: ControlProps) {
  const t = useTranslate();
  const { curve, thresholds } = histogram;
  const run = runChoice(layer);
  const best = bestThreshold(curve, choice.bits);
  const own = choice.rule === "own" ? choice.threshold : best;
  const row = (rule: Choice["rule"], threshold: number, label: string, next: Choice) => (
    <Row
      key={rule}
      label={label}
      note={run.rule === rule && run.bits === choice.bits ? t("inForce") : undefined}
      isChosen={choice.rule === rule}
      threshold={threshold}
      db={expectedDb(curve, choice.bits, threshold)}
      onChoose={() => onChoice(next)}
    />
  );
  return (
    <table class="rules">
      <RulesHead />
      <tbody>
        {(Object.keys(thresholds[`${choice.bits}`]) as ObserverName[]).map((observer) => {
          const next = withObserver(layer, choice, observer);
          return row(observer, next.threshold, observer, next);
        })}
        {row("own", own, t(own === best ? "best" : "ownThreshold"), {
          ...choice,
          rule: "own",
          threshold: own,
        })}
      </tbody>
    </table>
  );
}

/** Any threshold, on a logarithmic slider. */
function Slider({ histogram, choice, onChoice }: ControlProps) {
  const t = useTranslate();
  const lowest = lowestOf(histogram.curve);
  const span = Math.log((2 * histogram.curve.highest) / lowest);
  const position = Math.round((STEPS * Math.log(choice.threshold / lowest)) / span);
  const choose = (at: number) =>
    onChoice({ ...choice, rule: "own", threshold: lowest * Math.exp((span * at) / STEPS) });
  return (
    <label class="slider">
      <span class="unseen">{t("threshold")}</span>
      <input
        type="range"
        min={0}
        max={STEPS}
        value={position}
        aria-valuetext={realText(choice.threshold)}
        onInput={(event) => choose(Number(event.currentTarget.value))}
      />
    </label>
  );
}

/** Width, observer and threshold of a layer, and what is to be expected of them. */
export function ThresholdControl(props: ControlProps) {
  const t = useTranslate();
  const { layer, histogram, choice, onChoice } = props;
  const run = runChoice(layer);
  const before = expectedDb(histogram.curve, run.bits, run.threshold);
  const after = expectedDb(histogram.curve, choice.bits, choice.threshold);
  const difference = after - before;
  return (
    <div class="threshold-control">
      <h3>{t("threshold")}</h3>
      <p class="hint">{t("thresholdHint")}</p>
      <BitsSwitch {...props} />
      <Rules {...props} />
      <Slider {...props} />
      <p class="expected" aria-live="polite">
        {t("expected")}: <strong>{after.toFixed(1)} dB</strong>
        {Math.abs(difference) >= 0.05 && (
          <span class={difference > 0 ? "better" : "worse"}>
            {" "}
            ({difference > 0 ? "+" : "−"}
            {Math.abs(difference).toFixed(1)} dB)
          </span>
        )}{" "}
        {(choice.bits !== run.bits || choice.threshold !== run.threshold) && (
          <button type="button" class="plain" onClick={() => onChoice(run)}>
            {t("undo")}
          </button>
        )}
      </p>
    </div>
  );
}
