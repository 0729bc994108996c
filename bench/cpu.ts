import { readdirSync, readFileSync } from "node:fs";

/** Linux counts a process's time in ticks of 10 ms (proc_pid_stat(5), `USER_HZ`). */
const TICKS_A_SECOND = 100;

/**
 * Processor time, in seconds, that a process group has used; null where /proc does not tell. Unlike the time on the clock it
 * leaves out what others do on the same machine.
 */
export function cpuSecondsOf(groupLeader: number): number | null {
  try {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => ticksIn(pid, groupLeader))
      .reduce((sum, ticks) => sum + ticks / TICKS_A_SECOND, 0);
  } catch {
    return null;
  }
}

function ticksIn(pid: string, groupLeader: number): number {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return 0;
  }
  // The name, in brackets, may hold spaces; what follows is: state, parent, group, … and as the 12th and 13th the ticks.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[2]) === groupLeader ? Number(fields[11]) + Number(fields[12]) : 0;
}
