import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import type { DiffCase, Facts } from './diff-cases.js';
import { diffCases } from './diff-cases.js';
import type { Inside, Whole } from './diff-run.js';
import {
  compareInside,
  installPeer,
  readResult,
  runOurs,
  runOursInside,
  runPeer,
  runPeerInside,
} from './diff-run.js';
import { makeFolder } from './places.js';

/** Both sides of one case: the fastest run of each. */
interface Measured {
  readonly ours: Inside & Whole & Facts;
  readonly peer: Inside & Whole;
}

function fastest<Run extends { readonly seconds: number }>(runs: readonly Run[]): Run {
  const [best] = [...runs].sort((a, b) => a.seconds - b.seconds);
  if (best === undefined) throw new RangeError('nothing ran');
  return best;
}

function measure(folder: string, each: DiffCase): Measured {
  const [base, head] = [join(folder, 'base.ipynb'), join(folder, 'head.ipynb')];
  const out = join(folder, 'out');
  writeFileSync(base, each.base);
  writeFileSync(head, each.head);
  const runs: Record<'ours' | 'peer', Inside[]> = { ours: [], peer: [] };
  const whole: Record<'ours' | 'peer', Whole[]> = { ours: [], peer: [] };
  let found = readResultOf(base, head, out);
  for (let n = 0; n < Math.max(each.runs, 3); n++) {
    // The sides alternate, so that a busy machine hurts both; the slow one need not run as often.
    runs.ours.push(runOursInside(base, head));
    whole.ours.push(runOurs(base, head, out));
    if (n === 0) found = readResult(out);
    if (n >= each.runs) continue;
    runs.peer.push(runPeerInside(base, head));
    whole.peer.push(runPeer(base, head, out));
  }
  // Memory is that of the whole command on both sides, time that of reading and comparing alone.
  const both = (side: 'ours' | 'peer') => {
    const [inside, command] = [fastest(runs[side]), fastest(whole[side])];
    const cpu = Math.min(...whole[side].map((run) => run.cpu));
    return { ...inside, ...command, cpu, seconds: each.name === 'start' ? cpu : inside.seconds };
  };
  return { ours: { ...both('ours'), ...found }, peer: both('peer') };
}

function readResultOf(base: string, head: string, out: string): ReturnType<typeof readResult> {
  runOurs(base, head, out);
  return readResult(out);
}

function seconds(value: number): string {
  return value < 1 ? `${Math.round(value * 1000)} ms` : `${value.toFixed(1)} s`;
}

function bytes(value: number): string {
  return value < 1e6 ? `${(value / 1000).toFixed(1)} KB` : `${(value / 1e6).toFixed(1)} MB`;
}

function toRow({ title, goal, result, met }: DiffCase, { ours, peer }: Measured): string[] {
  const inTime = ours.seconds <= goal;
  const goals = `${seconds(goal)}${result === '' ? '' : `, ${result}`}`;
  return [
    title,
    seconds(ours.seconds),
    seconds(peer.seconds),
    `${(peer.seconds / ours.seconds).toFixed(0)}×`,
    `${Math.round(ours.megabytes)} MB`,
    `${Math.round(peer.megabytes)} MB`,
    bytes(ours.bytes),
    bytes(peer.bytes),
    `${goals}: ${inTime && met(ours) ? 'met' : 'MISSED'}`,
  ];
}

const HEADS = ['case', 'Cellar', 'nbdime', 'ratio', 'memory', 'nbdime', 'result', 'nbdime', 'goal'];

/** Reading and comparing beside nbdime, alternating, each run a process of its own; `--only NAME`, `--markdown` for the README. */
function main(): void {
  const options = { markdown: { type: 'boolean' }, only: { type: 'string' } } as const;
  const { values } = parseArgs({ options });
  installPeer();
  const folder = makeFolder();
  const rows = [HEADS];
  for (const each of diffCases(values.only)) {
    const measured = measure(folder, each);
    const row = toRow(each, measured);
    rows.push(row);
    const { ours, peer } = measured;
    const counts = `moved ${ours.moved}, added ${ours.added} / ${peer.added}, deleted ${ours.deleted} / ${peer.deleted}`;
    const found = `${counts}, lines ${ours.lines}, leaves ${ours.leaves}`;
    console.log(
      `${each.name}: ${row.slice(1).join('  ')}\n  ${found}; best of ${Math.max(each.runs, 3)} / ${each.runs}`,
    );
  }
  const widths = HEADS.map((_, n) => Math.max(...rows.map((row) => (row[n] ?? '').length)));
  const shown = values.markdown === true ? rows.map((row) => row.slice(0, 8)) : rows;
  console.log('');
  shown.forEach((row, n) => {
    console.log(`| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`);
    if (n === 0)
      console.log(`|${row.map((_, at) => '-'.repeat((widths[at] ?? 0) + 2)).join('|')}|`);
  });
}

if (process.argv[2] === '--inside') compareInside(process.argv[3] ?? '', process.argv[4] ?? '');
else main();
