import { CellarError } from '../errors.js';
import type { History } from '../history/history.js';
import type { RunRow } from '../store/catalog/rows.js';
import type { StoredFile } from '../store/artifacts/artifacts.js';
import { getActiveRun } from './log-run.js';
import { recordRun } from './record-runs.js';

/** What a folder of a run's files holds directly; `name` has no "/". */
export interface Listed {
  readonly name: string;
  /** In bytes; undefined for a folder. */
  readonly size: number | undefined;
}

type RunFile = RunRow['artifacts'][number];
/** A file of a run or of a logged model. */
type OwnedFile = Pick<RunFile, 'name' | 'sha256' | 'size'>;

/** Gives a run a file of this name, "a/b.pkl"; its bytes are in the store already. Throws not_found, bad_request for a deleted run. */
export async function addRunFile(
  history: History,
  run: string,
  { name, sha256, size }: StoredFile & { readonly name: string },
): Promise<void> {
  const row = await getActiveRun(history.store, run);
  const old = findFile(row.artifacts, name);
  if (old?.sha256 === sha256) return;
  await recordRun(history, { run, files: [[name, sha256, size]] });
}

/** Takes a file, or all of a folder, from a run; "" is all. False when there is none. Throws as addRunFile. */
export async function removeRunFiles(
  history: History,
  run: string,
  name: string,
): Promise<boolean> {
  const row = await getActiveRun(history.store, run);
  const gone = row.artifacts.filter((file) => isWithin(file, name));
  if (gone.length === 0) return false;
  await recordRun(history, { run, unfiled: gone.map((file) => file.name) });
  return true;
}

/** Throws bad_request where one name would be a file and a folder, which no client could fetch. */
export function checkFits(files: readonly OwnedFile[], name: string): void {
  const other = files.find((file) => isBelow(file, name) || isBelow({ ...file, name }, file.name));
  if (other !== undefined)
    throw new CellarError(
      'bad_request',
      `There cannot be a file ${JSON.stringify(name)} beside the file ${JSON.stringify(other.name)}: one of them would be a folder too. Take another name.`,
    );
}

export function findFile(files: readonly OwnedFile[], name: string): OwnedFile | undefined {
  return files.find((file) => file.name === name);
}

/** What a folder of a run's files holds, by name; "" is all of them. Empty for one that is not there, and for a file. */
export function listFolder(files: readonly OwnedFile[], folder: string): readonly Listed[] {
  const found = new Map<string, Listed>();
  for (const file of files) {
    if (!isBelow(file, folder)) continue;
    const [name = '', ...more] = file.name.slice(folder === '' ? 0 : folder.length + 1).split('/');
    found.set(name, { name, size: more.length > 0 ? undefined : file.size });
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Whether a file is the one of this name, or in the folder of this name. */
export function isWithin(file: OwnedFile, name: string): boolean {
  return file.name === name || isBelow(file, name);
}

function isBelow({ name }: OwnedFile, folder: string): boolean {
  return folder === '' || name.startsWith(`${folder}/`);
}
