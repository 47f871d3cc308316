import { InternalError } from "../errors.ts";
import type { Arena } from "./arena.ts";
import { HALF_BINS } from "./bins.ts";
import type { KernelExports } from "./instance.ts";
import type { Kernels, RangeQuery } from "./kernels.ts";

export function searchKernels(
  wasm: KernelExports,
  arena: Arena,
): Pick<Kernels, "searchKl" | "searchKlV2" | "searchMse"> {
  const load = ({ bins }: RangeQuery): number => {
    if (bins.length === 0 || bins.length > HALF_BINS) {
      throw new InternalError(`a threshold search takes 1 to ${HALF_BINS} bins, found ${bins.length}`);
    }
    arena.float64(wasm.binsBase(), bins.length).set(bins);
    return bins.length;
  };
  return {
    searchKl: (query) => wasm.searchKl(load(query), query.levels),
    searchKlV2: (query) => wasm.searchKlV2(load(query), query.levels),
    searchMse: (query) => wasm.searchMse(load(query), query.levels),
  };
}
