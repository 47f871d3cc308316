import { type DenoPermission, deno } from "./runtime.ts";

/** Whether it was granted; nobody is asked. */
export function isGranted(permission: DenoPermission): boolean {
  return deno.permissions.querySync(permission).state === "granted";
}

/** A sentence that names the missing option; undefined where the permission was granted. */
export function withheld(permission: DenoPermission): string | undefined {
  if (isGranted(permission)) return undefined;
  const of =
    permission.name === "env"
      ? (permission.variable ?? "")
      : permission.name === "run"
        ? permission.command
        : permission.path;
  return `Deno was started without --allow-${permission.name}=${of}`;
}
