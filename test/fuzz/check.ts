import { notebookDiffSchema } from '../../contract/diff.js';
import { CellarError } from '../../server/errors.js';
import { diffNotebooks } from '../../server/notebook/diff.js';
import { renderHtml } from '../../server/notebook/html.js';
import { compactJson } from '../../server/notebook/json.js';
import { applyMerge, formatMerged, planMerge } from '../../server/notebook/merge/merge.js';
import type { Notebook } from '../../server/notebook/notebook.js';
import { applyPatch } from '../../server/notebook/patch/apply.js';
import { identicalJson } from '../../server/notebook/patch/identical.js';
import { invertPatch } from '../../server/notebook/patch/invert.js';
import { parseNotebook } from '../../server/notebook/read.js';
import { renderText } from '../../server/notebook/text.js';

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(`it does not hold that ${what}`);
}

/** The notebook, or undefined where it is refused in words. */
function read(bytes: Uint8Array): Notebook | undefined {
  try {
    return parseNotebook(bytes, { side: 'head', path: 'fuzz.ipynb' });
  } catch (error) {
    if (!(error instanceof CellarError)) throw error;
    must(error.message.includes('fuzz.ipynb'), 'a refusal names the file');
    must(error.facts.side === 'head', 'a refusal names the side');
    return undefined;
  }
}

function checkDiff(base: Notebook, head: Notebook): void {
  const diff = diffNotebooks(base, head, { patch: true });
  notebookDiffSchema.parse(diff);
  const c = diff.cells;
  const both = c.unchanged + c.modified + c.moved - c.moved_modified;
  must(base.cells.length === both + c.deleted + c.split + 2 * c.merged, 'counts add up to base');
  must(head.cells.length === both + c.added + 2 * c.split + c.merged, 'counts add up to head');
  must(c.modified === diff.modified.length, 'the modified cells are listed');
  for (const [side, { cells }] of [
    ['base', base],
    ['head', head],
  ] as const) {
    const listed = diff.changes.flatMap((change) => change[side]).sort((a, b) => a - b);
    must(
      listed.length === cells.length && listed.every((at, n) => at === n),
      `every cell of ${side} stands once`,
    );
  }
  diffNotebooks(base, head, { coarse: true });
  diffNotebooks(base, head, { show: ['all'] });
  renderText(diff, { color: true, width: 80, base, head });
  renderHtml(diff, base, head, { title: 'fuzz' });
  const patch = diff.patch ?? { format: 1 as const };
  must(
    identicalJson(applyPatch(patch, base.raw, head.raw), head.raw),
    'the patch makes head of base',
  );
  must(
    identicalJson(applyPatch(invertPatch(patch), head.raw, base.raw), base.raw),
    'turned round it makes base of head',
  );
}

function checkSame(notebook: Notebook): void {
  const {
    cells,
    noise,
    changed_lines: lines,
    patch,
  } = diffNotebooks(notebook, notebook, { patch: true });
  const { unchanged, ...others } = cells;
  must(
    unchanged === notebook.cells.length && Object.values(others).every((n) => n === 0),
    'nothing differs from itself',
  );
  must(
    lines === 0 && Object.keys(noise).length === 0 && patch?.change === undefined,
    'itself has no noise',
  );
}

function checkMerge(base: Notebook, local: Notebook, remote: Notebook): void {
  const merged = formatMerged(applyMerge(planMerge(base, local, remote)).notebook);
  must(read(merged) !== undefined, 'what a merge gives can be read');
  const plan = planMerge(base, local, local);
  must(
    plan.decisions.every(({ conflict }) => !conflict),
    'both sides the same is no conflict',
  );
}

/** Everything that must hold for any three files; throws where it does not. Returns how many of them are notebooks. */
export function check(files: readonly [Uint8Array, Uint8Array, Uint8Array]): number {
  const before = Object.getOwnPropertyNames(Object.prototype).join();
  const [base, local, remote] = files.map(read);
  if (base !== undefined) {
    checkSame(base);
    compactJson(base.raw);
    if (local !== undefined) checkDiff(base, local);
    if (local !== undefined && remote !== undefined) checkMerge(base, local, remote);
  }
  must(Object.getOwnPropertyNames(Object.prototype).join() === before, 'no prototype is changed');
  return [base, local, remote].filter((each) => each !== undefined).length;
}
