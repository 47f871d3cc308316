import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

/** Where Debian's package puts it; another one by CHROMIUM_PATH. */
const CHROMIUM = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
/** spec/feasibility.md: no GPU, no sandbox (root), nothing that talks to the network by itself. */
const FLAGS = [
  ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
  ...["--disable-component-update", "--disable-sync"],
];

/** Why no browser can be started here; null if one can. */
export function whyNoChromium(): string | null {
  return existsSync(CHROMIUM) ? null : `there is no ${CHROMIUM} (apt-get install chromium)`;
}

/** How playwright starts it. */
export const CHROMIUM_LAUNCH = { executablePath: CHROMIUM, args: FLAGS };

/** A headless Chromium without a profile. */
export function startChromium(timeoutMs = 60_000): Promise<Browser> {
  return chromium.launch({ ...CHROMIUM_LAUNCH, timeout: timeoutMs });
}
