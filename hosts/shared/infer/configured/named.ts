/** Names that are listed where there are many. */
const LISTED = 3;

/** "a.png, b.png, c.png and 4 more", for messages. */
export function listed(names: readonly string[]): string {
  const more = names.length > LISTED ? ` and ${names.length - LISTED} more` : "";
  return `${names.slice(0, LISTED).join(", ")}${more}`;
}
