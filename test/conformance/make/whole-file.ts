/** One line a case, so that a change of one is a change of one line. */
export function wholeFileText(cases: Readonly<Record<string, readonly object[]>>): string {
  const ops = Object.entries(cases).map(
    ([op, some]) => `${JSON.stringify(op)}: [${some.map((one) => `\n${JSON.stringify(one)}`).join(",")}\n]`,
  );
  return `{"cases": {\n${ops.join(",\n")}\n}}\n`;
}
