import { encodeName } from '../store/disk/names.js';

/** Names as they are after a purge. */
export interface Names {
  /** The name of a file or folder; the same for the same one wherever it stands, so that paths in texts follow those of the trees. */
  name(name: string): string;
  /** The same for the name of a run's file as a tree has it, percent-encoded. */
  encoded(name: string): string;
  path(path: string): string;
}

/** Names without what `clean` takes out; none becomes one that is among `taken`, or that another has become. */
export function createNames(
  clean: (name: string) => string | undefined,
  taken: ReadonlySet<string>,
): Names {
  const made = new Map<string, string>();
  const used = new Set(taken);
  const name = (before: string): string => {
    const known = made.get(before);
    if (known !== undefined) return known;
    const now = clean(before);
    if (now === undefined) return before;
    const ending = before.endsWith('.ipynb') ? '.ipynb' : '';
    const stem = ending !== '' && now.endsWith(ending) ? now.slice(0, -ending.length) : now;
    let free = stem + ending;
    for (let count = 2; used.has(free); count += 1) free = `${stem} ${count}${ending}`;
    used.add(free);
    made.set(before, free);
    return free;
  };
  return {
    name,
    encoded: (before) => {
      const decoded = decodeName(before);
      const now = name(decoded);
      return now === decoded ? before : encodeName(now);
    },
    path: (path) => path.split('/').map(name).join('/'),
  };
}

/** A long name is a hash, which means nothing to anybody. */
function decodeName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
