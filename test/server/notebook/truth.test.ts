import { describe, expect, it } from 'vitest';

import type { Match } from '../../../server/notebook/match.js';
import { matchCells } from '../../../server/notebook/match.js';
import { Chance } from '../../fuzz/mutate.js';
import { notebookOf } from './notation.js';

const NAMES = [
  'df',
  'train',
  'test',
  'model',
  'scores',
  'labels',
  'prices',
  'users',
  'result',
  'X',
];
const COLUMNS = ['price', 'age', 'name', 'date', 'total', 'score', 'country', 'weight', 'income'];
const CALLS = [
  'mean',
  'sum',
  'groupby',
  'merge',
  'dropna',
  'fillna',
  'plot',
  'apply',
  'sort_values',
];

/** A line as notebooks of data are full of: few names, often the same. */
function line(chance: Chance): string {
  const [a, b] = [chance.pick(NAMES), chance.pick(NAMES)];
  const [c, d] = [chance.pick(COLUMNS), chance.pick(COLUMNS)];
  const call = chance.pick(CALLS);
  const n = chance.below(100);
  return chance.pick([
    `${a} = ${b}.${call}("${c}", ${n})`,
    `${a}["${c}"] = ${a}["${d}"] * ${n}`,
    `${a} = pd.read_csv("${c}_${n}.csv")`,
    `plt.${chance.pick(['plot', 'scatter', 'hist'])}(${a}["${c}"], bins=${n})`,
    `plt.xlabel("${c}")`,
    `print(${a}.${call}())`,
    `for ${c} in ${a}.columns:`,
    `    ${a}[${c}] = ${b}[${c}].${call}()`,
    `${a} = ${a}[${a}["${c}"] > ${n}]`,
    `assert len(${a}) == ${n}`,
  ]);
}

const TINY = ['df.head()', 'plt.show()', 'x', 'model.fit(X)', 'df.describe()', '', 'result'];

function cell(chance: Chance): string {
  if (chance.next() < 0.15) return chance.pick(TINY);
  return Array.from({ length: 1 + chance.below(9) }, () => line(chance)).join('\n');
}

function edit(source: string, chance: Chance): string {
  const lines = source.split('\n');
  const at = chance.below(lines.length);
  switch (chance.below(3)) {
    case 0:
      lines[at] = (lines[at] ?? '').replace(/\d+|\w+(?=\W*$)/, String(chance.below(1000)));
      break;
    case 1:
      lines.splice(at, 0, line(chance));
      break;
    default:
      lines[at] = line(chance);
  }
  return lines.join('\n');
}

/** One side's cells, and for each the cell of base that it comes from (-1: none). */
interface Side {
  readonly sources: string[];
  readonly from: number[];
}

/** What people do between two versions: a tenth of the cells edited, some moved, some new, some gone. */
function edited(base: readonly string[], chance: Chance): Side {
  const kept = base.map((source, from) => ({ source, from }));
  const out: { source: string; from: number }[] = [];
  const moved: typeof kept = [];
  for (const each of kept) {
    const roll = chance.next();
    const next = chance.next() < 0.15 ? { ...each, source: edit(each.source, chance) } : each;
    if (roll < 0.05) continue;
    if (roll < 0.1) moved.push(next);
    else out.push(next);
    if (chance.next() < 0.05) out.push({ source: cell(chance), from: -1 });
  }
  for (const each of moved) out.splice(chance.below(out.length + 1), 0, each);
  return { sources: out.map(({ source }) => source), from: out.map(({ from }) => from) };
}

const toCells = (sources: readonly string[]) =>
  notebookOf(sources.map((source) => ({ cell_type: 'code', source, outputs: [], metadata: {} })))
    .cells;

/** How many of the true pairs were found, and how many of those found are wrong. */
function compare(base: readonly string[], head: Side, matches: readonly Match[]) {
  const headOf = new Map<number, number>();
  for (const match of matches) if (match.kind === 'pair') headOf.set(match.base, match.head);
  let [truths, found, wrong] = [0, 0, 0];
  head.from.forEach((i, j) => {
    if (i < 0) return;
    truths++;
    if (headOf.get(i) === j) found++;
  });
  for (const [i, j] of headOf)
    // Of equal cells any one will do.
    if (head.from[j] !== i && base[i] !== head.sources[j]) wrong++;
  return { truths, found, wrong };
}

describe('matching without ids, where the truth is known', () => {
  it('finds nearly every cell again and hardly ever a wrong one', () => {
    const chance = new Chance(5);
    const all = { truths: 0, found: 0, wrong: 0 };
    for (let n = 0; n < 120; n++) {
      const base = Array.from({ length: 5 + chance.below(60) }, () => cell(chance));
      const head = edited(base, chance);
      const { truths, found, wrong } = compare(
        base,
        head,
        matchCells(toCells(base), toCells(head.sources)),
      );
      all.truths += truths;
      all.found += found;
      all.wrong += wrong;
    }
    expect(all.found / all.truths).toBeGreaterThan(0.97);
    expect(all.wrong / all.truths).toBeLessThan(0.005);
  });

  it('finds splits and merges among edits, and none where there are none', () => {
    const chance = new Chance(9);
    const long = () => Array.from({ length: 5 + chance.below(6) }, () => line(chance));
    let [made, found, invented] = [0, 0, 0];
    for (let n = 0; n < 120; n++) {
      const base = Array.from({ length: 12 }, () => cell(chance));
      const head = edited(base, chance).sources;
      const join = n % 2 === 0;
      const whole = long();
      const cut = 2 + chance.below(whole.length - 3);
      const halves = [whole.slice(0, cut).join('\n'), whole.slice(cut).join('\n')];
      if (chance.next() < 0.5) halves[0] = edit(halves[0] ?? '', chance);
      base.splice(5, 0, ...(join ? halves : [whole.join('\n')]));
      head.splice(Math.min(5, head.length), 0, ...(join ? [whole.join('\n')] : halves));
      made++;
      for (const match of matchCells(toCells(base), toCells(head))) {
        if (match.kind !== 'split' && match.kind !== 'merged') continue;
        const isIt = join
          ? match.kind === 'merged' && match.base[0] === 5
          : match.kind === 'split' && match.base === 5;
        if (isIt) found++;
        else invented++;
      }
    }
    expect(found / made).toBeGreaterThan(0.95);
    expect(invented).toBe(0);
  });
});
