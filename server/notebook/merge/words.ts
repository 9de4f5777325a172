import type { Decision } from '../../../contract/merge.js';
import { visible } from '../words.js';
import type { CellPlan, MergePlan } from './plan.js';

const BRIEF = 40;

/** A merge in words: one line a conflict, naming the cell, what is contradicted, and both sides in brief; then the sum. */
export function mergeWords(plan: MergePlan): string[] {
  const conflicts = plan.decisions.filter(({ conflict }) => conflict);
  const lines = conflicts.map((decision) => conflictWords(plan, decision));
  const { length } = conflicts;
  const sum =
    length === 0 ? 'merged' : `merged with ${length} ${length === 1 ? 'conflict' : 'conflicts'}`;
  return [...lines, sum];
}

function conflictWords(plan: MergePlan, decision: Decision): string {
  const { about, values } = decision;
  const cell = plan.cells.find(({ key }) => key === decision.cell);
  if (cell === undefined) {
    const path = visible(decision.path ?? '');
    return `conflict in the notebook's metadata ${path}: ${valueWords(values)}`;
  }
  return `conflict in cell ${nameOf(decision)}: ${ABOUT[about]} ${sidesWords(cell, decision)}`;
}

const ABOUT: Readonly<Record<Decision['about'], string>> = {
  presence: 'whether it is there:',
  place: 'where it stands:',
  type: 'its type:',
  source: 'its source:',
  outputs: 'its outputs:',
  metadata: 'its metadata',
  attachments: 'its attachments',
  notebook_metadata: "the notebook's metadata",
};

/** The cell's number in the merged notebook, from 1; else where a side has it. */
function nameOf({ merged, local, remote, base }: Decision): string {
  if (typeof merged === 'number') return String(merged + 1);
  const [side, index] =
    typeof local === 'number'
      ? ['local', local]
      : typeof remote === 'number'
        ? ['remote', remote]
        : ['base', base ?? 0];
  return `${index + 1} of ${side}`;
}

function sidesWords(cell: CellPlan, decision: Decision): string {
  const { about, path = '', values, chunk, local, remote, reason } = decision;
  const { cells, content } = cell;
  switch (about) {
    case 'presence': {
      if (reason === 'both_split')
        return 'one side split or joined it, the other changed it; both stand';
      const gone = typeof local === 'number' ? 'remote' : 'local';
      const kept = gone === 'local' ? 'remote' : 'local';
      return `${gone} deleted it, ${kept} changed it; it stands`;
    }
    case 'place':
      return `local has it as cell ${(local ?? 0) + 1}, remote as cell ${(remote ?? 0) + 1}; it stands as in local`;
    case 'type':
      return `local ${cells.local?.cell.type ?? ''}, remote ${cells.remote?.cell.type ?? ''}; it is as in local`;
    case 'source': {
      const at = content?.source.chunks[chunk ?? 0];
      return `local ${linesWords(at?.local)}, remote ${linesWords(at?.remote)}`;
    }
    case 'outputs':
      return 'both sides ran it; local’s stand';
    default:
      return `${visible(path)}: ${valueWords(values)}`;
  }
}

function valueWords(values: Decision['values']): string {
  const { local, remote } = values ?? {};
  return `local ${brief(local ?? 'nothing')}, remote ${brief(remote ?? 'nothing')}`;
}

function linesWords(lines: readonly string[] | undefined): string {
  const [first, ...more] = lines ?? [];
  if (first === undefined) return 'nothing';
  const rest = more.length === 0 ? '' : ` and ${more.length} more`;
  return `"${brief(first)}"${rest}`;
}

function brief(text: string): string {
  const points = Array.from(text.trim());
  return visible(points.length <= BRIEF ? text.trim() : `${points.slice(0, BRIEF).join('')}…`);
}
