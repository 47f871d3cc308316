import type { ScaleContinuousNumeric } from "d3-scale";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useWidth } from "./use-width.ts";

export type Axis = ScaleContinuousNumeric<number, number>;

/** Room for the axes, in pixels. */
export const MARGIN = { left: 52, right: 12, top: 10, bottom: 38 } as const;

export interface Area {
  readonly width: number;
  /** Pixels of the axes, as ranges of scales. */
  readonly xRange: readonly [number, number];
  readonly yRange: readonly [number, number];
}

export interface Tip {
  /** Where the pointer is, or what it has caught. */
  readonly x: number;
  readonly lines: readonly string[];
}

interface PlotProps {
  readonly label: string;
  readonly height: number;
  readonly xTitle: string;
  readonly yTitle: string;
  /** The axes that fit the area. */
  readonly axes: (area: Area) => { readonly x: Axis; readonly y: Axis };
  readonly children: (axes: { readonly x: Axis; readonly y: Axis }, area: Area) => ComponentChildren;
  /** What is under the pointer. */
  readonly tip?: (pixel: number, x: Axis) => Tip | undefined;
  /** The pointer was pressed, or moved while pressed. */
  readonly onDrag?: (pixel: number, x: Axis) => void;
}

/** Ticks that bear a label; logarithmic scales leave most of theirs without. */
function ticks(axis: Axis, count: number): (readonly [number, string])[] {
  const small = "base" in axis ? axis.tickFormat(count, "~r") : axis.tickFormat(count);
  const large = axis.tickFormat(count, "~s");
  return axis
    .ticks(count)
    .map((value) => [value, (Math.abs(value) < 1000 ? small : large)(value)] as const)
    .filter(([, text]) => text !== "");
}

function XAxis({ axis, area, title }: { readonly axis: Axis; readonly area: Area; readonly title: string }) {
  const bottom = area.yRange[0];
  return (
    <g class="axis">
      <line x1={area.xRange[0]} x2={area.xRange[1]} y1={bottom} y2={bottom} />
      {ticks(axis, Math.max(2, Math.floor(area.width / 90))).map(([value, text]) => (
        <text key={value} x={axis(value)} y={bottom + 15} text-anchor="middle">
          {text}
        </text>
      ))}
      <text class="title" x={area.xRange[1]} y={bottom + 31} text-anchor="end">
        {title}
      </text>
    </g>
  );
}

function YAxis({ axis, area, title }: { readonly axis: Axis; readonly area: Area; readonly title: string }) {
  const [left, right] = area.xRange;
  return (
    <g class="axis">
      {ticks(axis, 4).map(([value, text]) => (
        <g key={value}>
          <line class="grid" x1={left} x2={right} y1={axis(value)} y2={axis(value)} />
          <text x={left - 6} y={axis(value)} dy="0.32em" text-anchor="end">
            {text}
          </text>
        </g>
      ))}
      <text class="title" transform={`translate(11 ${area.yRange[1]}) rotate(-90)`} text-anchor="end">
        {title}
      </text>
    </g>
  );
}

/** Where the pointer is, and what it drags. */
function usePointer(x: Axis, onDrag: PlotProps["onDrag"]) {
  const [at, setAt] = useState<number>();
  const pixel = (event: PointerEvent) =>
    event.clientX - (event.currentTarget as Element).getBoundingClientRect().left;
  const handlers = {
    onPointerDown(event: PointerEvent) {
      if (onDrag) (event.currentTarget as Element).setPointerCapture(event.pointerId);
      onDrag?.(pixel(event), x);
    },
    onPointerMove(event: PointerEvent) {
      setAt(pixel(event));
      if (event.buttons === 1) onDrag?.(pixel(event), x);
    },
    onPointerLeave: () => setAt(undefined),
  };
  return { at, handlers };
}

function TipBox({ tip, width }: { readonly tip: Tip; readonly width: number }) {
  return (
    <div class="tip" style={{ left: `${Math.min(tip.x + 10, width - 150)}px` }} aria-hidden="true">
      {tip.lines.map((line) => (
        <div key={line}>{line}</div>
      ))}
    </div>
  );
}

/** A line across the whole height. */
export function Upright({ at, kind, area }: { at: number; kind: string; area: Area }) {
  return <line class={kind} x1={at} x2={at} y1={area.yRange[0]} y2={area.yRange[1]} />;
}

/** A picture with two axes, a tip under the pointer, and something to drag. */
export function Plot({ label, height, xTitle, yTitle, axes, children, tip, onDrag }: PlotProps) {
  const [box, width] = useWidth<HTMLDivElement>();
  const area: Area = {
    width,
    xRange: [MARGIN.left, width - MARGIN.right],
    yRange: [height - MARGIN.bottom, MARGIN.top],
  };
  const both = axes(area);
  const { at, handlers } = usePointer(both.x, onDrag);
  const shown = at === undefined ? undefined : tip?.(at, both.x);
  const className = onDrag ? "draggable" : "";
  return (
    <div class="plot" ref={box}>
      <svg role="img" aria-label={label} width={width} height={height} class={className} {...handlers}>
        <XAxis axis={both.x} area={area} title={xTitle} />
        <YAxis axis={both.y} area={area} title={yTitle} />
        {children(both, area)}
        {shown && <Upright at={shown.x} kind="pointer" area={area} />}
      </svg>
      {shown && <TipBox tip={shown} width={width} />}
    </div>
  );
}

/** Straight lines between points, in pixels. */
export function pathOf(points: readonly (readonly [number, number])[]): string {
  return points.map(([x, y], i) => `${i === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
}
