import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** Width to start with, and on paper. */
const FIRST = 640;

/** The width an element has, so that pictures are drawn in real pixels and their letters stay readable on phones. */
export function useWidth<T extends Element>(): readonly [RefObject<T | null>, number] {
  const element = useRef<T>(null);
  const [width, setWidth] = useState(FIRST);
  useLayoutEffect(() => {
    const measure = () => setWidth(Math.max(element.current?.clientWidth ?? FIRST, 200));
    measure();
    const observer = new ResizeObserver(measure);
    if (element.current) observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return [element, width];
}
