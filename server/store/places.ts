import { dirname, join, resolve } from 'node:path';
import { stat } from 'node:fs/promises';

/** Where everything of one workspace is, absolute. */
export interface Places {
  readonly root: string;
  readonly cellar: string;
  readonly git: string;
  readonly artifacts: string;
  /** Files that come in parts; on the disk of the artifacts, to which they are moved. */
  readonly uploads: string;
  readonly catalog: string;
  readonly journal: string;
  /** Operating state: never in git. */
  readonly state: string;
  readonly lock: string;
  /** Where the owner listens. */
  readonly server: string;
}

export function toPlaces(root: string): Places {
  const cellar = join(root, '.cellar');
  return {
    root,
    cellar,
    git: join(cellar, 'store.git'),
    artifacts: join(cellar, 'artifacts'),
    uploads: join(cellar, 'artifacts', 'parts'),
    catalog: join(cellar, 'catalog'),
    journal: join(cellar, 'journal'),
    state: join(cellar, 'state'),
    lock: join(cellar, 'lock'),
    server: join(cellar, 'server.json'),
  };
}

/** The nearest folder at or above `from` that holds a store; undefined when none does. */
export async function findRoot(from: string): Promise<string | undefined> {
  for (let at = resolve(from); ; at = dirname(at)) {
    if (await isFolder(join(at, '.cellar', 'store.git'))) return at;
    if (dirname(at) === at) return undefined;
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
