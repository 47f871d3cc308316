import { magnitude } from "./histogram.ts";
import type { Observer } from "./observer.ts";

/** The exact largest magnitude: nothing is clipped. */
export const minMaxObserver: Observer = {
  range: (stats, target) => magnitude(stats, target.signed),
};
