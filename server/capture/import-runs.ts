import type { History } from '../history/history.js';
import type { ImportedState } from '../history/import-run.js';
import type { Attachment, Claim } from '../history/take.js';
import { findBundles } from '../notebook/bundles.js';
import { attachRuns } from './attach.js';
import { withoutSecrets } from './bundle-secrets.js';
import { keepInputs } from './datasets.js';
import { draftRuns, implicitRunId } from './runs.js';

/**
 * Makes runs of the metrics, params and data that the outputs of imported states show and the states before them did not. Give it the states
 * of a notebook in their order. Files that they name are left out: what has that name today is not what was there then.
 */
export function createImportRuns(
  history: History,
): (state: ImportedState) => Promise<((claim: Claim) => Promise<Attachment>) | undefined> {
  const before = new Map<string, ReadonlySet<string>>();
  return async ({ key, notebook, content, time }) => {
    const shown = findBundles(content).flatMap((each) =>
      each.kind === 'bundle' ? [{ cell: each.cell, bundle: each.bundle }] : [],
    );
    const known = before.get(notebook);
    before.set(notebook, new Set(shown.map(({ bundle }) => JSON.stringify(bundle))));
    const fresh = shown.filter(({ bundle }) => known?.has(JSON.stringify(bundle)) !== true);
    if (fresh.length === 0) return undefined;
    const clean = await withoutSecrets(history.secrets, fresh);
    const drafts = draftRuns(clean, { id: implicitRunId(key), time })
      .map((draft) => ({ ...draft, artifacts: [] }))
      .filter(
        ({ points, params, tags, datasets }) =>
          points.length + params.size + tags.size + datasets.length > 0,
      );
    if (drafts.length === 0) return undefined;
    const { byRun } = await keepInputs(history, drafts);
    const runs = drafts.map((draft) => ({
      ...{ draft, artifacts: [], inputs: byRun.get(draft.id) ?? [] },
    }));
    const facts = { executions: [], started: time, finished: time };
    return (claim) => attachRuns(history.store, claim, runs, facts);
  };
}
