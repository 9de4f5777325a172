import type { HistoryRow } from '../../contract/history.js';
import { redactionWords, type FoundSecret } from '../../contract/secrets.js';
import type { Artifact } from '../../contract/snapshot.js';
import type { Obstacle } from '../model/obstacle-words.js';
import { formatMoment } from '../model/time.js';
import { baseName } from '../model/words.js';
import type { MenuEntry } from './menu.js';
import type { RegisteredPlaces } from './use-registered.js';

/** What a history's view can set going; what is absent is not offered. */
export interface HistoryActions {
  /** Shows what changed from base to head; "now" is the notebook as it stands. */
  readonly onCompare: (base: string, head: string) => void;
  readonly artifactUrl: (artifact: Artifact) => string;
  /** Shows what a node of the lineage came from and led to, by its id: "run:5f…". */
  readonly onLineage?: (node: string) => void;
  /** Shows where a file comes from. */
  readonly onOpenFile?: (artifact: Artifact) => void;
  readonly onRestore?: (row: HistoryRow) => void;
  readonly onPin?: (row: HistoryRow) => void;
  readonly onCopyLink?: (row: HistoryRow) => void;
  /** Downloads a version, or without one the whole history of the notebook, as a zip. */
  readonly onExport?: (row?: HistoryRow) => void;
  /** Registers a file or a model that a version's runs have made. */
  readonly onRegister?: (row: HistoryRow) => void;
  /** What is registered, and where the page of a version of a model is. */
  readonly registered?: RegisteredPlaces;
  /** Keeps a version now, with a message. */
  readonly onKeep?: () => void;
  readonly onPause?: (paused: boolean) => void;
  readonly onPauseWorkspace?: () => void;
  readonly onOpenSettings?: () => void;
  /** Shows the cell in the notebook where something was found. */
  readonly onShowCell?: (secret: FoundSecret) => void;
  /** Sends the versions that wait now. */
  readonly onRetry?: () => void;
  /** Why nothing can be written: what would need it is shown, and cannot be chosen. */
  readonly obstacle?: Obstacle;
}

/** The head that stands for the notebook as it is in the editor or on disk. */
export const NOW = 'now';

/** What can be done with one row, given the row before it and the best one. */
export function rowEntries(
  row: HistoryRow,
  others: { readonly before: string | undefined; readonly best: string | null | undefined },
  actions: HistoryActions,
): readonly MenuEntry[] {
  const { before, best } = others;
  const entries: MenuEntry[] = [
    {
      kind: 'action',
      label: 'Compare with the version before',
      disabled: before === undefined,
      run: () => {
        if (before !== undefined) actions.onCompare(before, row.id);
      },
    },
    {
      kind: 'action',
      label: 'Compare with the notebook now',
      run: () => {
        actions.onCompare(row.id, NOW);
      },
    },
  ];
  if (typeof best === 'string' && best !== row.id)
    entries.push({
      kind: 'action',
      label: 'Compare with the best version',
      run: () => {
        actions.onCompare(best, row.id);
      },
    });
  if (actions.onLineage !== undefined) entries.push(...lineageEntries(row, actions.onLineage));
  const { onRestore, onPin, onCopyLink, onExport, onRegister, obstacle } = actions;
  const disabled = obstacle !== undefined;
  if ([onRestore, onPin, onCopyLink, onExport].some((action) => action !== undefined))
    entries.push({ kind: 'line' });
  if (onRestore !== undefined)
    entries.push({
      kind: 'action',
      label: 'Restore…',
      disabled,
      run: () => {
        onRestore(row);
      },
    });
  if (onPin !== undefined)
    entries.push({
      kind: 'action',
      label: row.pinned ? 'Take the pin off' : 'Keep for ever',
      disabled,
      run: () => {
        onPin(row);
      },
    });
  if (onRegister !== undefined && row.runs.length > 0)
    entries.push({
      kind: 'action',
      label: 'Register model…',
      disabled,
      run: () => {
        onRegister(row);
      },
    });
  if (onCopyLink !== undefined)
    entries.push({
      kind: 'action',
      label: 'Copy link',
      run: () => {
        onCopyLink(row);
      },
    });
  if (onExport !== undefined)
    entries.push({
      kind: 'action',
      label: 'Export…',
      run: () => {
        onExport(row);
      },
    });
  return entries;
}

/** The most runs of one version that its menu lists. */
const MOST_RUNS = 5;

/** The runs of a version, and its lineage as a whole. */
function lineageEntries(row: HistoryRow, onLineage: (node: string) => void): readonly MenuEntry[] {
  const runs = row.runs.slice(0, MOST_RUNS).map(({ id, name }): MenuEntry => ({
    kind: 'action',
    label:
      row.runs.length === 1 ? 'Open the run' : `Open run ${name === '' ? id.slice(0, 8) : name}`,
    run: () => {
      onLineage(`run:${id}`);
    },
  }));
  return [
    { kind: 'line' },
    ...runs,
    {
      kind: 'action',
      label: 'What came of it',
      run: () => {
        onLineage(`snapshot:${row.id}`);
      },
    },
  ];
}

/** The question before a restore, naming the thing and what happens to what is there now. */
export function restoreQuestion(
  row: Pick<HistoryRow, 'path' | 'time' | 'redactions'>,
  now: number,
): { readonly title: string; readonly body: string; readonly confirm: string } {
  const missing = row.redactions === 0 ? [] : [redactionWords(row.redactions)];
  return {
    title: `Restore ${baseName(row.path)} as of ${formatMoment(row.time, now)}?`,
    body: ['What you have now is kept first.', ...missing].join(' '),
    confirm: 'Restore',
  };
}
