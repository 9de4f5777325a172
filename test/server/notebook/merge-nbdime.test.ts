import { beforeAll, describe, expect, it } from 'vitest';

import { mergeViewSchema, mergeResultSchema } from '../../../contract/merge.js';
import { diffNotebooks } from '../../../server/notebook/diff.js';
import type { Json } from '../../../server/notebook/json-value.js';
import { isArray, isObject } from '../../../server/notebook/json-value.js';
import { compactJson, equalJson } from '../../../server/notebook/json.js';
import { applyMerge, planMerge } from '../../../server/notebook/merge/merge.js';
import type { Applied } from '../../../server/notebook/merge/plan.js';
import { toMergeResult, toMergeView } from '../../../server/notebook/merge/result.js';
import type { Notebook } from '../../../server/notebook/notebook.js';
import { applyPatch } from '../../../server/notebook/patch/apply.js';
import { invertPatch } from '../../../server/notebook/patch/invert.js';
import { makePatch } from '../../../server/notebook/patch/make.js';
import { parseNotebook } from '../../../server/notebook/read.js';
import { faultsOf, readNbdimeNotebooks } from './nbformat.js';

const FULL = process.env['CELLAR_TEST_FULL'] === '1';
/** Of 52³ triples every so many in the short form: a prime, so that every notebook takes every part. */
const STRIDE = FULL ? 1 : 101;

let notebooks: readonly Notebook[] = [];

beforeAll(() => {
  notebooks = [...readNbdimeNotebooks()].map(([path, bytes]) => parseNotebook(bytes, { path }));
}, 300_000);

/** The distinct cells and metadata of many merged notebooks, put together as few notebooks that hold them all. */
class Collected {
  private readonly cells = new Map<number, Set<string>>();
  private readonly metadata = new Map<number, Set<string>>();

  add({ notebook }: Applied, minor: number): void {
    const cells = notebook.get('cells');
    if (!isArray(cells)) throw new Error('a merged notebook has no cells');
    const ids = cells.flatMap((cell) => (isObject(cell) ? (cell.get('id') ?? []) : []));
    if (new Set(ids).size !== (minor < 5 ? 0 : cells.length))
      throw new Error(`ids are missing or occur twice: ${compactJson(ids)}`);
    for (const cell of cells) this.keep(this.cells, minor, cell);
    this.keep(this.metadata, minor, notebook.get('metadata') ?? null);
  }

  private keep(kept: Map<number, Set<string>>, minor: number, value: Json): void {
    const known = kept.get(minor) ?? new Set();
    known.add(compactJson(value));
    kept.set(minor, known);
  }

  toTexts(): string[] {
    const text = (minor: number, metadata: string, cell: string) =>
      `{"nbformat":4,"nbformat_minor":${minor},"metadata":${metadata},"cells":[${cell}]}`;
    return [
      ...[...this.cells].flatMap(([minor, set]) => [...set].map((cell) => text(minor, '{}', cell))),
      ...[...this.metadata].flatMap(([minor, set]) =>
        [...set].map((each) => text(minor, each, '')),
      ),
    ];
  }
}

/** Every cell has the id that its format asks for: some of these files lack them, and a merge gives them. */
function isComplete({ format, cells }: Notebook): boolean {
  return format.minor < 5 || cells.every(({ id }) => id !== undefined);
}

describe("nbdime's own test notebooks", () => {
  it('are all there', () => {
    expect(notebooks.length).toBeGreaterThan(50);
  });

  it('diff in every pair, and their patches apply and turn round', () => {
    for (const base of notebooks)
      for (const head of notebooks) {
        expect(diffNotebooks(base, head).status).toBe('ok');
        const patch = makePatch(base, head);
        const made = applyPatch(patch, base.raw, head.raw);
        if (!equalJson(made, head.raw)) throw new Error('a patch made something else of base');
        const back = applyPatch(invertPatch(patch), made, base.raw);
        if (!equalJson(back, base.raw)) throw new Error('an inverted patch did not lead back');
      }
  });

  it('merge in every pair over either to the other', () => {
    for (const base of notebooks)
      for (const head of notebooks) {
        const plans = [
          planMerge(base, base, head),
          planMerge(base, head, base),
          planMerge(base, head, head),
        ];
        for (const plan of plans) {
          expect(toMergeResult(plan).conflicts).toBe(0);
          if (isComplete(head))
            expect(compactJson(applyMerge(plan).notebook)).toBe(compactJson(head.raw));
        }
      }
  });

  it(
    'merge in triples to valid notebooks',
    () => {
      const collected = new Collected();
      const { length } = notebooks;
      for (let n = 0; n < length ** 3; n += STRIDE) {
        const [base, local, remote] = [n, n / length, n / length ** 2].map(
          (at) => notebooks[Math.floor(at) % length],
        );
        if (base === undefined || local === undefined || remote === undefined) throw new Error();
        const plan = planMerge(base, local, remote);
        collected.add(applyMerge(plan), plan.minor);
        const conflicts = plan.decisions.filter(({ conflict }) => conflict);
        const take = (['local', 'remote', 'both', 'base'] as const)[n % 4] ?? 'local';
        const decisions = Object.fromEntries(conflicts.map(({ id }) => [id, take]));
        const chosen = applyMerge(plan, { decisions, sources: {} });
        expect(chosen.unresolved).toBe(0);
        collected.add(chosen, plan.minor);
        if (n % 7 > 0) continue;
        mergeResultSchema.parse(toMergeResult(plan));
        const labels = { base: 'base', local: 'local', remote: 'remote' };
        const about = { path: 'x', labels, origin: 'files', fingerprint: 'f' } as const;
        mergeViewSchema.parse(toMergeView(plan, about));
      }
      expect(faultsOf(collected.toTexts())).toEqual([]);
    },
    FULL ? 3_600_000 : 120_000,
  );
});
