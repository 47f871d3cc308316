import { scaleLinear, scaleLog } from "d3-scale";
import type { BitWidth } from "../../../core-ts/chips/index.ts";
import type { ErrorCurve } from "../../../core-ts/report/report.ts";
import { type Area, type Axis, Plot, pathOf } from "../charts/plot.tsx";
import { type Choice, expectedDb } from "../choices.ts";
import { realText } from "../figures.ts";
import { useTranslate } from "../language.ts";

const WIDTHS: readonly BitWidth[] = [8, 16];
/** dB below the best of 8 bit that are still drawn. */
const DEPTH = 60;
/** dB above the best of 16 bit. */
const HEADROOM = 4;

/** The lowest threshold of a curve. */
export function lowestOf({ highest, ratio, sqnrDb }: ErrorCurve): number {
  return highest * ratio ** (sqnrDb["8"].length - 1);
}

interface CurveChartProps {
  readonly curve: ErrorCurve;
  readonly choice: Choice;
  /** Thresholds worth a mark. */
  readonly marks: readonly number[];
  readonly onThreshold: (threshold: number) => void;
}

function Lines({ curve, choice, marks, x, y }: CurveChartProps & { readonly x: Axis; readonly y: Axis }) {
  const { highest, ratio, sqnrDb } = curve;
  const floor = y.domain()[0]!;
  const at = (db: number) => y(Math.max(db, floor));
  return (
    <>
      {WIDTHS.map((bits) => (
        <path
          key={bits}
          class={`curve ${bits === choice.bits ? "chosen" : ""}`}
          d={pathOf(sqnrDb[`${bits}`].map((db, i) => [x(highest * ratio ** i), at(db)] as const))}
        />
      ))}
      {marks.map((mark) => (
        <circle key={mark} class="mark" cx={x(mark)} cy={at(expectedDb(curve, choice.bits, mark))} r={3.5} />
      ))}
      <circle
        class="mark chosen"
        cx={x(Math.max(choice.threshold, x.domain()[0]!))}
        cy={at(expectedDb(curve, choice.bits, choice.threshold))}
        r={6}
      />
    </>
  );
}

/** The axes that show the curve around its best, whatever is chosen. */
function axesOf({ curve, choice }: CurveChartProps, { xRange, yRange }: Area) {
  const [narrow, wide] = [curve.sqnrDb["8"], curve.sqnrDb["16"]];
  const floor = Math.max(Math.min(...narrow), Math.max(...narrow) - DEPTH);
  return {
    x: scaleLog([lowestOf(curve), Math.max(curve.highest, choice.threshold)], xRange),
    y: scaleLinear([floor, Math.max(...wide) + HEADROOM], yRange),
  };
}

/** What each threshold would cost, at both widths. */
export function CurveChart(props: CurveChartProps) {
  const t = useTranslate();
  const { curve, choice, onThreshold } = props;
  const tip = (pixel: number, x: Axis) => {
    const threshold = x.invert(pixel);
    const expected = (bits: BitWidth) => `${expectedDb(curve, bits, threshold).toFixed(1)} dB`;
    const lines = WIDTHS.map((bits) => `${t("bitsOf", { bits })}: ${expected(bits)}`);
    return { x: pixel, lines: [`${t("threshold")} ${realText(threshold)}`, ...lines] };
  };
  return (
    <figure>
      <h3>{t("curve")}</h3>
      <Plot
        label={t("curveLabel")}
        height={180}
        xTitle={t("thresholdAxis")}
        yTitle={t("sqnrAxis")}
        axes={(area) => axesOf(props, area)}
        tip={tip}
        onDrag={(pixel, x) => onThreshold(x.invert(pixel))}
      >
        {({ x, y }) => <Lines {...props} x={x} y={y} />}
      </Plot>
      <ul class="legend">
        {WIDTHS.map((bits) => (
          <li key={bits} class={`key-curve ${bits === choice.bits ? "chosen" : ""}`}>
            {t("bitsOf", { bits })}
          </li>
        ))}
      </ul>
    </figure>
  );
}
