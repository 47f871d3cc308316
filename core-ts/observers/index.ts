import { klObserver } from "./kl.ts";
import { klV2Observer } from "./kl_v2.ts";
import { minMaxObserver } from "./min_max.ts";
import { mseObserver } from "./mse.ts";
import type { Observer } from "./observer.ts";
import { percentileObserver } from "./percentile.ts";

/** Rules that pick a threshold from the statistics of a tensor, by the name a user gives. */
export const OBSERVERS = {
  min_max: minMaxObserver,
  kl: klObserver,
  kl_v2: klV2Observer,
  mse: mseObserver,
  percentile: percentileObserver,
} as const satisfies Record<string, Observer>;

export type ObserverName = keyof typeof OBSERVERS;
