/** Choices of the page that outlive it. Where the browser keeps nothing, each visit starts anew. */
export function recall(key: string): string | null {
  try {
    return localStorage.getItem(`knight.${key}`);
  } catch {
    return null;
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(`knight.${key}`, value);
  } catch {
    // See above.
  }
}
