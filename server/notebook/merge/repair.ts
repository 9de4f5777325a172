import type { ErrorFacts } from '../../../contract/errors.js';
import { CellarError } from '../../errors.js';
import type { Notebook } from '../notebook.js';
import { parseNotebook } from '../read.js';
import { mendJson } from './mend.js';
import type { Version, Versions } from './plan.js';

/** The notebooks that a file with git's conflict markers was made of. */
export interface RepairedSides {
  /** Undefined where the markers do not tell it (git writes it with merge.conflictStyle diff3 or zdiff3). */
  readonly base: Notebook | undefined;
  readonly local: Notebook;
  readonly remote: Notebook;
  /** What the markers call the sides. */
  readonly labels: Versions<string>;
}

/** A marker of git, at the start of a line: the sign, at least seven times, and a label. JSON's own lines never look so. */
const MARKER = /^[ \t]*(<{7,}|\|{7,}|={7,}|>{7,})(?: (.*?))?\s*$/;

/**
 * Rebuilds both sides, and base where it is there, of a notebook file in which git left its conflict markers. Throws CellarError
 * bad_request when there are none, conflict_markers when they do not fit together, and as `parseNotebook` when a side is no notebook.
 */
export function repairSides(bytes: Uint8Array, facts: ErrorFacts = {}): RepairedSides {
  const text = decode(bytes, facts);
  const { sides, labels, hasBase } = takeApart(text, facts);
  const read = (side: 'local' | 'remote') => readSide(sides[side].join('\n'), { ...facts, side });
  return {
    base: hasBase ? findBase(sides.base.join('\n')) : undefined,
    local: read('local'),
    remote: read('remote'),
    labels,
  };
}

function decode(bytes: Uint8Array, facts: ErrorFacts): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // Reading it as a notebook says where it is wrong.
    parseNotebook(bytes, facts);
    throw new RangeError('text that is not UTF-8 was read');
  }
}

/**
 * A base that git made up of several ancestors, or out of which it took what both sides wrote alike (zdiff3), may be no notebook: then
 * it is as if there were none.
 */
function findBase(text: string): Notebook | undefined {
  try {
    return parseNotebook(new TextEncoder().encode(text));
  } catch (error) {
    if (error instanceof CellarError) return undefined;
    throw error;
  }
}

type Lines = Versions<string[]>;

interface Apart {
  readonly sides: Lines;
  readonly labels: Versions<string>;
  readonly hasBase: boolean;
}

type Part = 'all' | Version;

function takeApart(text: string, facts: ErrorFacts): Apart {
  const sides: Lines = { base: [], local: [], remote: [] };
  const labels = { base: '', local: '', remote: '' };
  let part: Part = 'all';
  let size = 0;
  let opened = 0;
  let conflicts = 0;
  let bases = 0;
  let isNested = false;
  const refuse = (line: number, reason: string): never => {
    const name = facts.path ?? 'The notebook';
    throw new CellarError(
      'conflict_markers',
      `${name}: ${reason} in line ${line}. Restore the file from git (git checkout --merge -- FILE) and repair that.`,
      facts,
    );
  };
  for (const [n, line] of text.split('\n').entries()) {
    const [, sign = '', label = ''] = MARKER.exec(line) ?? [];
    const kind = sign.charAt(0);
    if (part === 'base' && sign.length > size) isNested = true;
    const isOwn = sign.length === size && part !== 'all';
    if (kind === '<' && part === 'all') {
      [part, size, opened] = ['local', sign.length, n + 1];
      labels.local ||= label;
    } else if (kind === '|' && isOwn && part === 'local') {
      part = 'base';
      bases++;
      labels.base ||= label;
    } else if (kind === '=' && isOwn && (part === 'local' || part === 'base')) part = 'remote';
    else if (kind === '>' && isOwn && part === 'remote') {
      part = 'all';
      conflicts++;
      labels.remote ||= label;
    } else if (kind !== '' && part !== 'base')
      refuse(n + 1, `a conflict marker stands within another conflict, or without its beginning,`);
    else if (part === 'all') for (const side of Object.values(sides)) side.push(line);
    else sides[part].push(line);
  }
  if (part !== 'all') refuse(opened, 'a conflict does not end that begins');
  if (conflicts === 0)
    throw new CellarError(
      'bad_request',
      `${facts.path ?? 'The notebook'} holds no conflict markers of git: there is nothing to repair.`,
      facts,
    );
  return {
    sides,
    labels: {
      base: labels.base || 'base',
      local: labels.local || 'local',
      remote: labels.remote || 'remote',
    },
    hasBase: bases === conflicts && !isNested,
  };
}

/** git joins lines, not values: a side may have a comma too many or too few where the other's lines are left out. */
function readSide(text: string, facts: ErrorFacts): Notebook {
  const parse = (json: string) => parseNotebook(new TextEncoder().encode(json), facts);
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof CellarError) || error.code !== 'not_json') throw error;
    const mended = mendJson(text);
    if (mended === text) throw error;
    try {
      return parse(mended);
    } catch {
      throw error;
    }
  }
}
