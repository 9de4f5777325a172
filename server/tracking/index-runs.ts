import type { Indexer } from '../history/catch-up.js';
import { findChangedFiles, findTreeBefore } from '../history/changed-files.js';
import { runRecordSchema, toRunRow } from './record.js';

/** Below it come a run's files and points, of which its row has nothing. */
const DEPTH = 2;

/** Rows of the runs that a commit of main wrote. */
export const indexRuns: Indexer = async (repository, commit, line) => {
  if (line !== 'main') return {};
  const before = await findTreeBefore(repository, commit);
  const files = await findChangedFiles(repository, before, commit.tree, '.cellar/runs', DEPTH);
  const runs = [];
  for (const [path, oid] of files) {
    if (!/^\.cellar\/runs\/[^/]+\/[^/]+\/run\.json$/.test(path)) continue;
    const text = (await repository.readBlob(oid)).toString('utf8');
    runs.push(toRunRow(runRecordSchema.parse(JSON.parse(text))));
  }
  return { runs };
};
