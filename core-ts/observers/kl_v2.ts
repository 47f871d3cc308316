import type { Observer } from "./observer.ts";
import { rangeBySearchOfNonzero } from "./search.ts";

export const klV2Observer: Observer = {
  range: (stats, target, { kernels }) => rangeBySearchOfNonzero(stats, target, kernels.searchKlV2),
};
