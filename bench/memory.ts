import { readdirSync, readFileSync } from "node:fs";

const SAMPLE_MS = 20;

/** By how much a server's workerds grew at most while something was done, in MB; the caches of their databases are among it. */
export async function growthOf<V>(
  group: number,
  work: () => Promise<V>,
): Promise<{ value: V; grownBy: number }> {
  const before = residentMegabytes(group);
  let peak = before;
  const timer = setInterval(() => {
    peak = Math.max(peak, residentMegabytes(group));
  }, SAMPLE_MS);
  try {
    const value = await work();
    return { value, grownBy: peak - before };
  } finally {
    clearInterval(timer);
  }
}

/** What every workerd of a process group holds now, in MB (proc_pid_stat(5), proc_pid_status(5)). */
export function residentMegabytes(group: number): number {
  let kilobytes = 0;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const [, name = "", rest = ""] = /\((.*)\) (.*)$/s.exec(stat) ?? [];
      if (Number(rest.split(" ")[2]) !== group || !name.startsWith("workerd")) continue;
      kilobytes += Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
    } catch {
      // It has ended since the folder was read.
    }
  }
  return kilobytes / 1024;
}
