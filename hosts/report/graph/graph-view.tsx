import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { ReportGraph, ReportLayer } from "../../../core-ts/report/report.ts";
import { pathOf } from "../charts/plot.tsx";
import { COOL_DB, HOT_DB, heat, heatColor } from "../figures.ts";
import { useTranslate } from "../language.ts";
import { useView } from "../view.ts";
import { layoutGraph, NODE, type Picture } from "./layout.ts";
import { useZoom, type Zoom, zoomByKey } from "./use-zoom.ts";

type ErrorKind = "total" | "own";
type GraphNode = ReportGraph["nodes"][number];

/** Letters that fit into a node. Of a name the end tells more than the beginning. */
const LETTERS = { op: 16, name: 20 } as const;

const shortOp = (op: string) => (op.length <= LETTERS.op ? op : `${op.slice(0, LETTERS.op - 1)}…`);
const shortName = (name: string) => (name.length <= LETTERS.name ? name : `…${name.slice(1 - LETTERS.name)}`);

interface NodeProps {
  readonly node: GraphNode;
  readonly at: readonly [number, number];
  readonly layer: ReportLayer | undefined;
  readonly colorBy: ErrorKind;
  readonly isSelected: boolean;
  readonly onSelect: (layer: ReportLayer) => void;
}

function Node({ node, at: [x, y], layer, colorBy, isSelected, onSelect }: NodeProps) {
  const db = layer?.[colorBy]?.sqnrDb;
  const color = layer && db !== undefined ? heatColor(db) : undefined;
  // What does harm stands out by more than its hue.
  const strength = `${Math.round(25 + 40 * heat(db ?? null))}%`;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the table selects layers by keyboard
    <g
      class={`node ${node.kind} ${isSelected ? "selected" : ""} ${layer ? "layer" : ""}`}
      transform={`translate(${x - NODE.width / 2} ${y - NODE.height / 2})`}
      style={color && { "--heat": color, "--strength": strength }}
      onClick={() => layer && onSelect(layer)}
    >
      <title>{`${node.op} ${node.name}`}</title>
      <rect width={NODE.width} height={NODE.height} rx={node.kind === "input" ? NODE.height / 2 : 5} />
      <text x={NODE.width / 2} y={14} text-anchor="middle">
        {shortOp(node.op)}
      </text>
      <text class="name" x={NODE.width / 2} y={27} text-anchor="middle">
        {shortName(node.name)}
      </text>
    </g>
  );
}

function Nodes({ picture, colorBy }: { readonly picture: Picture; readonly colorBy: ErrorKind }) {
  const { report, selected, select } = useView();
  const layers = useMemo(() => new Map([...report.layers].reverse().map((l) => [l.node, l])), [report]);
  return (
    <>
      <path class="edge" d={picture.edges.map(pathOf).join("")} />
      {report.graph.nodes.map((node, i) => (
        <Node
          key={node.name}
          node={node}
          at={picture.centres[i]!}
          layer={layers.get(node.name)}
          colorBy={colorBy}
          isSelected={selected?.node === node.name}
          onSelect={select}
        />
      ))}
    </>
  );
}

interface BarProps {
  readonly zoom: { readonly current: Zoom | null };
  readonly colorBy: ErrorKind;
  readonly onColorBy: (kind: ErrorKind) => void;
}

function Bar({ zoom, colorBy, onColorBy }: BarProps) {
  const t = useTranslate();
  const button = (label: string, sign: string, key: string) => (
    <button
      type="button"
      aria-label={label}
      title={label}
      onClick={() => zoom.current && zoomByKey(zoom.current, key)}
    >
      {sign}
    </button>
  );
  return (
    <div class="filters">
      <label>
        {t("colorBy")}{" "}
        <select value={colorBy} onChange={(event) => onColorBy(event.currentTarget.value as ErrorKind)}>
          <option value="own">{t("colorOwn")}</option>
          <option value="total">{t("colorTotal")}</option>
        </select>
      </label>
      <span class="heat-legend">
        <span class="ramp" aria-hidden="true" /> {t("legend", { low: HOT_DB, high: COOL_DB })}
      </span>
      <span class="zoom">
        {button(t("zoomOut"), "−", "-")}
        {button(t("zoomIn"), "+", "+")}
        {button(t("zoomFit"), "⤢", "0")}
      </span>
    </div>
  );
}

/** The network as a picture, coloured by error. */
export function GraphView() {
  const t = useTranslate();
  const { report, selected } = useView();
  const [picture, setPicture] = useState<Picture>();
  const [colorBy, setColorBy] = useState<ErrorKind>("own");
  const svg = useRef<SVGSVGElement>(null);
  const zoom = useZoom(svg, picture);
  // After the first paint: what is above is read meanwhile.
  useEffect(() => setPicture(layoutGraph(report.graph)), [report]);
  useEffect(() => {
    const at = picture?.centres[report.graph.nodes.findIndex(({ name }) => name === selected?.node)];
    if (at) zoom.current?.show(...at);
  }, [selected, picture, report, zoom]);
  const onKey = (event: KeyboardEvent) => {
    if (zoom.current && zoomByKey(zoom.current, event.key)) event.preventDefault();
  };
  return (
    <section class="panel" aria-labelledby="graph">
      <h2 id="graph">{t("graph")}</h2>
      <p class="hint">{t("graphHint")}</p>
      <Bar zoom={zoom} colorBy={colorBy} onColorBy={setColorBy} />
      <svg
        ref={svg}
        class="graph"
        role="img"
        aria-label={t("graphLabel", { count: report.graph.nodes.length })}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: keys move and zoom it
        tabIndex={0}
        onKeyDown={onKey}
      >
        <g>{picture && <Nodes picture={picture} colorBy={colorBy} />}</g>
      </svg>
    </section>
  );
}
