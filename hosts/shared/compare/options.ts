import type { OptionSpec } from "../cli/option-spec.ts";
import { nonEmpty, oneOf, wholeNumber } from "../cli/option-values.ts";
import { ALL_LEVELS } from "./elements.ts";
import { MEASURES } from "./measures.ts";

/** Options of Knight compare (spec/facts.md); order is that of the help text. */
export const COMPARE_OPTIONS: readonly OptionSpec[] = [
  // biome-ignore format: one option a line reads as the table it is
  { long: "quant-dir", shorts: ["qd"], group: "Dumps", value: "DIR", parse: nonEmpty, help: "save-dir of a run of quant with -du: its float layers against its quantized ones" },
  // biome-ignore format: see above
  { long: "sim-dir", shorts: ["sd"], group: "Dumps", value: "DIR|DIR:DIR", parse: nonEmpty, help: "another such folder: quantized layers of -qd against those of this one; DIR:DIR names both" },
  // biome-ignore format: see above
  { long: "out-name", shorts: ["on"], group: "Layers", value: "NAME", parse: nonEmpty, help: "only this layer, by its own name or its output's" },
  // biome-ignore format: see above
  { long: "op-type", shorts: [], group: "Layers", value: "OP,OP", many: true, parse: nonEmpty, help: "only layers of these op types" },
  // biome-ignore format: see above
  { long: "index-range", shorts: [], group: "Layers", value: "A-B,C-", many: true, parse: nonEmpty, help: "only layers with these indices, both ends included" },
  // biome-ignore format: see above
  { long: "no-mre", shorts: [], group: "Measures", help: "leave out the mean relative error, sum|r-l| / sum|l|" },
  // biome-ignore format: see above
  { long: "no-cos", shorts: [], group: "Measures", help: "leave out the cosine similarity, 0.5 + 0.5 l.r/(|l||r|)" },
  // biome-ignore format: see above
  { long: "rmse", shorts: [], group: "Measures", help: "also sqrt(sum(r-l)^2 / sum l^2)" },
  // biome-ignore format: see above
  { long: "maxdiff", shorts: [], group: "Measures", help: "also the largest relative and the largest absolute difference, over l > 1e-6" },
  // biome-ignore format: see above
  { long: "bias", shorts: [], group: "Measures", help: "also the shares of r > l and of r < l among the elements that differ" },
  // biome-ignore format: see above
  { long: "sort", shorts: [], group: "Measures", value: "MEASURE", fallbackText: "topological order", parse: oneOf(...MEASURES), help: `worst layers first, by ${MEASURES.join(" | ")}` },
  // biome-ignore format: see above
  { long: "show-level", shorts: ["sl"], group: "Elements", value: "LEVEL", fallback: 0, parse: wholeNumber(0, ALL_LEVELS), help: "list elements by relative error: 1 [0,1)%, 2 [1,10)%, 3 [10,50)%, 4 [50,100)%, 5 100% and more, 6 all" },
  // biome-ignore format: see above
  { long: "show-number", shorts: ["sn"], group: "Elements", value: "N", fallback: 10, parse: wholeNumber(1), help: "elements listed of each layer" },
  // biome-ignore format: see above
  { long: "show-index", shorts: ["si"], group: "Elements", help: "with the position of each element" },
  // biome-ignore format: see above
  { long: "show-hist", shorts: ["sh"], group: "Pictures", help: "histograms of a layer's output and weights, left and right: of the one of -on, or with --save-dir of all" },
  // biome-ignore format: see above
  { long: "show-plot", shorts: [], group: "Pictures", help: "line chart of the measures over the layers: plot_result.png and .svg" },
  // biome-ignore format: see above
  { long: "save-dir", shorts: ["s"], group: "Output", value: "DIR", fallbackText: "pictures go to the current folder", parse: nonEmpty, help: "folder for pictures, and for the result as text and JSON" },
  // biome-ignore format: see above
  { long: "json", shorts: [], group: "Output", help: "one JSON object with all measures on standard output, instead of tables" },
  // biome-ignore format: see above
  { long: "run-config", shorts: ["rc"], group: "Run", value: "FILE", parse: nonEmpty, help: 'JSON file with these options under "compare"; those on the command line beat it' },
];
