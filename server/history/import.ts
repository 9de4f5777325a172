import type { Imported } from '../../contract/import.js';
import { MAX_NOTEBOOK_BYTES } from '../../contract/limits.js';
import { openBlobReader } from '../checkout/blobs.js';
import { logNotebooks } from '../checkout/notebook-log.js';
import { findSource, listNotebooks, type GitSource } from '../checkout/source.js';
import { CellarError } from '../errors.js';
import type { History } from './history.js';
import { LineBuilder, type Line } from './import-line.js';
import { mapPaths, type PathMap } from './import-paths.js';
import { ImportRun, type ImportOptions } from './import-run.js';
import { whileImporting } from './importing.js';

/**
 * Brings the notebook history of a git repository in: every commit that touched a notebook becomes a version of it, with its author,
 * date and message, through renames; one that is here already is passed over, so that a second call goes on where the first ended.
 * Nothing of the repository is written. Versions that Cellar made itself stay the newest. Throws bad_request where there is no
 * repository, store_busy while another import runs, and the signal's reason.
 */
export async function importGit(history: History, given: ImportOptions): Promise<Imported> {
  const { store } = history;
  const source = await findSource(given.folder);
  if (source === undefined)
    throw new CellarError('bad_request', `${given.folder} is not inside a git repository.`, {
      path: given.folder,
    });
  return whileImporting(store, { what: 'commits', done: 0, total: null }, given, (watch) =>
    importFrom(history, source, { ...given, ...watch }),
  );
}

async function importFrom(
  history: History,
  source: GitSource,
  options: ImportOptions & Pick<Required<ImportOptions>, 'signal'>,
): Promise<Imported> {
  const { store } = history;
  const blobs = openBlobReader(source.folder, MAX_NOTEBOOK_BYTES, options.signal);
  try {
    const map = mapPaths(await store.disk.realpath(store.places.root), source.top);
    const { line, commits } = await readLine(source, map, options);
    const run = new ImportRun(history, options, { blobs, map, line });
    return {
      status: 'ok',
      repository: source.top ?? source.folder,
      head: source.head ?? null,
      commits,
      ...(await run.run()),
    };
  } finally {
    blobs.close();
  }
}

async function readLine(
  source: GitSource,
  map: PathMap,
  { all = false, since, signal, report }: ImportOptions,
): Promise<{ readonly line: Line; readonly commits: number }> {
  const builder = new LineBuilder();
  const { head } = source;
  const options = {
    head,
    all,
    since,
    below: map.below,
    ...(signal === undefined ? {} : { signal }),
  };
  let commits = 0;
  for await (const commit of logNotebooks(source.folder, options)) {
    builder.add(commit);
    commits += 1;
    report?.({ what: 'commits', done: commits, total: null });
  }
  const present = head === undefined ? undefined : await listNotebooks(source, head, signal);
  return { line: builder.finish(present), commits };
}
