/** Where a script stands in the stack of what it threw, or of a call of its: "file:line"; undefined where it does not. */
export function placeInScript(script: string | undefined, thrown: unknown): string | undefined {
  if (script === undefined || !(thrown instanceof Error)) return undefined;
  const name = script.split(/[\\/]/).at(-1)!;
  for (const line of thrown.stack?.split("\n") ?? []) {
    const at = /(?:\(|\bat (?:async )?)(?:file:\/\/)?([^()]+):(\d+):\d+\)?$/.exec(line);
    if (at && decodeURI(at[1]!).split(/[\\/]/).at(-1) === name) return `${decodeURI(at[1]!)}:${at[2]}`;
  }
  return undefined;
}
