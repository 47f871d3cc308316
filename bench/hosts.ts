/**
 * The main job on every host: `npm run bench -- hosts [ROUNDS] [PART OF A NAME]`. Seconds are the least of rounds that take the hosts in turn (what
 * else runs on the machine only adds), memory is the highest. A host is a line in bench/hosts/index.ts.
 */
import { rmSync } from "node:fs";
import type { BenchHost, Measured } from "./hosts/host.ts";
import { HOSTS } from "./hosts/index.ts";
import { mainJob } from "./hosts/job.ts";

const row = (...cells: string[]): void => console.log(`| ${cells.join(" | ")} |`);

/** Seconds, memory, and how both compare with the first host's. */
function print(host: BenchHost, rounds: readonly Measured[], base: readonly Measured[]): void {
  const seconds = (of: readonly Measured[]) => Math.min(...of.map((round) => round.seconds));
  const peak = (of: readonly Measured[]) => Math.max(...of.map(({ peakMb }) => peakMb));
  const times = (value: number) => `${value.toFixed(2)} x`;
  row(
    host.name,
    seconds(rounds).toFixed(2),
    times(seconds(rounds) / seconds(base)),
    peak(rounds).toFixed(0),
    times(peak(rounds) / peak(base)),
    [...new Set(rounds.map(({ sha256 }) => sha256.slice(0, 12)))].join(" "),
  );
}

async function measureAll(hosts: readonly BenchHost[], rounds: number): Promise<Map<BenchHost, Measured[]>> {
  const job = mainJob();
  const measured = new Map<BenchHost, Measured[]>(hosts.map((host) => [host, []]));
  try {
    for (let round = 0; round < rounds; round++)
      for (const host of hosts) measured.get(host)!.push(await host.run(job));
  } finally {
    rmSync(job.scratch, { recursive: true, force: true });
  }
  return measured;
}

const [rounds = "5", part = ""] = process.argv.slice(2);
const wanted = HOSTS.filter((host, i) => i === 0 || host.name.includes(part));
const usable = wanted.filter((host) => host.unavailable() === undefined);
const measured = await measureAll(usable, Number(rounds));
row("host", "seconds", "ratio", "peak MB", "ratio", "SHA-256 of the model");
row("---", "---", "---", "---", "---", "---");
for (const host of wanted) {
  const own = measured.get(host);
  if (own) print(host, own, measured.get(usable[0]!)!);
  else row(host.name, `not measured: ${host.unavailable()}`, "", "", "", "");
}
