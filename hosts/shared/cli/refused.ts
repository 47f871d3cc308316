const OTHER_PROGRAM =
  "is another program's job: this one makes the quantized model that such a program takes";

/** Commands of the tool family besides quant, and what is said to who gives them. */
export const REFUSED_COMMANDS: Readonly<Record<string, string>> = {
  compile: OTHER_PROGRAM,
  run: OTHER_PROGRAM,
  profiling: OTHER_PROGRAM,
  build: `is quant and then compile, and compiling ${OTHER_PROGRAM}; use quant for the first half`,
};
