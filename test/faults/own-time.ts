import { readdirSync, readFileSync } from 'node:fs';

/**
 * How long `work` took by itself, in milliseconds: the time on the wall without that in which a thread of this process was ready to
 * run while the machine did something else, and never less than the processors' own time. Waiting for timers, for the disk and for
 * other processes counts. Where the system does not tell (it is Linux that does), it is the time on the wall.
 */
export async function timeOwn<Result>(
  work: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly ms: number }> {
  const start = { wall: performance.now(), delay: readDelay(), cpu: process.cpuUsage() };
  const result = await work();
  const wall = performance.now() - start.wall;
  const { user, system } = process.cpuUsage(start.cpu);
  const ms = Math.max(wall - (readDelay() - start.delay), (user + system) / 1_000);
  return { result, ms: Math.round(Math.min(wall, ms)) };
}

/** For how long the threads of this process have waited for a processor, in milliseconds; see proc(5). */
function readDelay(): number {
  let nanoseconds = 0;
  try {
    for (const thread of readdirSync('/proc/self/task'))
      nanoseconds += readThreadDelay(`/proc/self/task/${thread}/schedstat`);
  } catch {
    return 0;
  }
  return nanoseconds / 1e6;
}

/** A thread may have ended since it was listed. */
function readThreadDelay(path: string): number {
  try {
    return Number(readFileSync(path, 'utf8').split(' ')[1]);
  } catch {
    return 0;
  }
}
