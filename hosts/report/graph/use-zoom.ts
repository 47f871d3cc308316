import { select } from "d3-selection";
import { type ZoomBehavior, zoom, zoomIdentity } from "d3-zoom";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Picture } from "./layout.ts";

/** Space around the whole picture, in pixels. */
const EDGE = 14;
const STEP = 1.4;

export interface Zoom {
  by(factor: number): void;
  fit(): void;
  move(x: number, y: number): void;
  /** Brings a place of the picture into the middle, unless all of the picture is seen. */
  show(x: number, y: number): void;
}

/** A wheel or one finger scrolls the page unless the picture was clicked: nobody is to be caught in it. */
function isForPicture(event: Event): boolean {
  const svg = event.currentTarget as Element;
  const isActive = document.activeElement === svg || svg.contains(document.activeElement);
  if (event.type === "wheel") return isActive || (event as WheelEvent).ctrlKey;
  if (event.type.startsWith("touch")) return isActive || (event as TouchEvent).touches.length > 1;
  return (event as MouseEvent).button === 0;
}

function zoomOf(svg: SVGSVGElement, behavior: ZoomBehavior<SVGSVGElement, unknown>, picture: Picture): Zoom {
  const target = select(svg);
  const scale = () => {
    const { clientWidth, clientHeight } = svg;
    const room = [(clientWidth - 2 * EDGE) / picture.width, (clientHeight - 2 * EDGE) / picture.height];
    return Math.min(...room, 1);
  };
  const fit = () => {
    const k = scale();
    const x = (svg.clientWidth - k * picture.width) / 2;
    const y = (svg.clientHeight - k * picture.height) / 2;
    behavior.transform(target, zoomIdentity.translate(x, y).scale(k));
  };
  return {
    by: (factor) => behavior.scaleBy(target, factor),
    fit,
    move: (x, y) => behavior.translateBy(target, x, y),
    show(x, y) {
      const current = svg.querySelector("g")?.transform.baseVal.consolidate()?.matrix.a ?? 1;
      if (current > scale() * 1.1) behavior.translateTo(target, x, y);
    },
  };
}

/** Moving and zooming the picture in `svg`, whose first group moves. */
export function useZoom(
  svg: RefObject<SVGSVGElement | null>,
  picture: Picture | undefined,
): RefObject<Zoom | null> {
  const result = useRef<Zoom>(null);
  useEffect(() => {
    const element = svg.current;
    if (!element || !picture) return;
    const behavior = zoom<SVGSVGElement, unknown>()
      .filter(isForPicture)
      .scaleExtent([0.02, 4])
      .on("zoom", ({ transform }) =>
        element.querySelector("g")?.setAttribute("transform", String(transform)),
      );
    select(element).call(behavior);
    result.current = zoomOf(element, behavior, picture);
    result.current.fit();
    return () => void select(element).on(".zoom", null);
  }, [svg, picture]);
  return result;
}

/** What keys do: plus and minus, zero for all of it, arrows. @returns whether the key was one of them. */
export function zoomByKey(zoom: Zoom, key: string): boolean {
  const keys: Readonly<Record<string, () => void>> = {
    "+": () => zoom.by(STEP),
    "-": () => zoom.by(1 / STEP),
    "0": () => zoom.fit(),
    ArrowLeft: () => zoom.move(60, 0),
    ArrowRight: () => zoom.move(-60, 0),
    ArrowUp: () => zoom.move(0, 60),
    ArrowDown: () => zoom.move(0, -60),
  };
  keys[key]?.();
  return key in keys;
}
