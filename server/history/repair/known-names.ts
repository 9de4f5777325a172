import type { Store } from '../../store/store.js';
import { ENTRY_KINDS, entryPath } from '../entries.js';
import { keptPaths, notebookStatePath } from '../state.js';

/** Files of the store's own that are not named for something. */
const PLAIN = [
  '.gitattributes',
  '.cellar/format.json',
  '.cellar/generation.json',
  '.cellar/expired/x',
  '.cellar/reviews/x',
];
const MOST_NAMES = 2_000;

/** Names that a folder of main's tree may have had, by what the catalog knows: those that change most often come first. */
export async function listNames(store: Store, folder: string): Promise<readonly string[]> {
  const names = new Set<string>();
  for await (const path of eachPath(store)) {
    const inside =
      folder === '' ? path : path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : '';
    const [name = ''] = inside.split('/');
    if (name !== '') names.add(name);
    if (names.size >= MOST_NAMES) break;
  }
  return [...names];
}

async function* eachPath({ catalog }: Store): AsyncGenerator<string> {
  const notebooks = await catalog.notebooks();
  for (const { id, path } of [...notebooks].sort((a, b) => b.number - a.number)) {
    yield notebookStatePath(id);
    yield path;
    yield `.cellar/notebooks/${id}/pins.json`;
  }
  for (const { id, number } of [...(await catalog.runs())].sort((a, b) => b.number - a.number)) {
    const run = `.cellar/runs/${id.slice(0, 2)}/${id}`;
    yield `${run}/run.json`;
    yield `${run}/metrics/${String(number).padStart(10, '0')}.ndjson`;
    yield `${run}/artifacts/x`;
  }
  yield* PLAIN;
  for (const kind of ENTRY_KINDS)
    for (const entry of await catalog.entries(kind)) yield entryPath(entry.id);
  for (const { time } of await catalog.expired()) yield `.cellar/expired/${time.slice(0, 10)}.json`;
  for (const { id } of notebooks)
    for (const version of [...(await catalog.history(id))].reverse()) {
      const { bytes, state } = keptPaths(id, version.id);
      yield bytes;
      yield state;
      yield version.path;
    }
}
