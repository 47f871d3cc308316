import { THREADS } from "../threads.ts";
import { type Translate, useLanguage } from "./language.ts";
import type { Stage } from "./stage-clock.ts";
import type { JobState } from "./use-job.ts";

function timeText(ms: number, t: Translate): string {
  const seconds = ms / 1000;
  if (seconds < 10) return t("seconds", { n: seconds.toFixed(1) });
  const whole = Math.round(seconds);
  if (whole < 60) return t("seconds", { n: whole });
  return t("minutes", { n: Math.floor(whole / 60), s: whole % 60 });
}

/** The same sentence for eyes and, less often, for screen readers. */
function stageText(stage: Stage | undefined, t: Translate, name: (of: string) => string): string {
  if (!stage) return t("preparing");
  const { label, done, total, leftMs } = stage;
  const progress = t("progress", { label: name(label), done, total });
  return leftMs === undefined || done === total
    ? progress
    : `${progress}, ${t("timeLeft", { time: timeText(leftMs, t) })}`;
}

/** A screen reader hears of each stage when it begins, and of the end. */
function announcement(state: JobState, t: Translate, name: (of: string) => string): string {
  switch (state.kind) {
    case "none":
    case "failed":
      return "";
    case "stopped":
      return t("stopped");
    case "running":
      return state.stage ? name(state.stage.label) : t("preparing");
    case "done":
      return t("doneIn", { time: timeText(state.ms, t) });
  }
}

interface RunBarProps {
  readonly state: JobState;
  readonly canStart: boolean;
  readonly onStart: () => void;
  readonly onStop: () => void;
}

/** Start, stop, and how far it is. */
export function RunBar({ state, canStart, onStart, onStop }: RunBarProps) {
  const { t, name } = useLanguage();
  const isRunning = state.kind === "running";
  const stage = isRunning ? state.stage : undefined;
  const said = announcement(state, t, name);
  return (
    <div class="run">
      <div class="buttons">
        <button type="button" class="primary" disabled={!canStart || isRunning} onClick={onStart}>
          {t("start")}
        </button>
        <button type="button" disabled={!isRunning} onClick={onStop}>
          {t("stop")}
        </button>
        <span class="quiet">{THREADS === 1 ? t("oneThread") : t("threads", { n: THREADS })}</span>
      </div>
      {isRunning && (
        <>
          <progress
            aria-label={stage ? name(stage.label) : t("preparing")}
            {...(stage ? { value: stage.done, max: stage.total } : {})}
          />
          <p class="stage">{stageText(stage, t, name)}</p>
        </>
      )}
      <p class={isRunning ? "unseen" : "hint"} role="status" aria-live="polite">
        {said || (canStart || isRunning ? "" : t("needModel"))}
      </p>
    </div>
  );
}
