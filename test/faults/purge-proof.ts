import { execFileSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { inflateSync } from 'node:zlib';

import { getSnapshot, readNotebook } from '../../server/history/history.js';
import { findPurged } from '../../server/history/purged-files.js';
import type { Store } from '../../server/store/store.js';
import { readCourse } from '../../server/tracking/read-course.js';
import { MARK, RUN, type Handed, type Noted, type Secret } from './purge-work.js';
import { toSha256, type Session } from './session.js';

/** Which secrets are gone for certain, and which may be, as their purge has begun. */
export interface Standing {
  readonly gone: readonly Secret[];
  readonly going: readonly Secret[];
}

/** What was acknowledged and is not there any more, or not as it was handed in but for the marks; in words. */
export async function findWrong(
  session: Session,
  noted: readonly Noted[],
  standing: Standing,
): Promise<readonly string[]> {
  const { store } = session.history;
  const wrong: string[] = [];
  const paths = new Map<string, string>();
  for (const each of noted) {
    const reason = await findReason(store, each, standing).catch(String);
    if (reason !== undefined)
      wrong.push(`${each.kind} ${each.kind === 'version' ? each.id : ''}: ${reason}`);
    if (each.kind === 'path') paths.set(each.notebook, each.path);
  }
  for (const [notebook, path] of paths) {
    const now = (await store.catalog.findNotebook(notebook))?.path;
    if (now !== path) wrong.push(`notebook ${notebook} is at ${String(now)}, not ${path}`);
  }
  const points = noted.filter((each) => each.kind === 'points');
  const all = points.reduce((sum, { count }) => sum + count, 0);
  const going = [...standing.gone, ...standing.going];
  const names = points.flatMap(({ secret }) =>
    toAllowed(secret === undefined ? 'loss' : `loss of ${secret.text}`, { gone: [], going }),
  );
  let found = 0;
  for (const name of new Set(names)) found += await countPoints(store, name);
  if (found < all) wrong.push(`${found} of ${all} points are there`);
  return wrong;
}

async function countPoints(store: Store, name: string): Promise<number> {
  return (await readCourse(store, { run: RUN, name, buckets: 1_000_000 })).total;
}

async function findReason(
  store: Store,
  noted: Noted,
  standing: Standing,
): Promise<string | undefined> {
  switch (noted.kind) {
    case 'version':
      return findChanged(store, noted, standing);
    case 'file':
      return findLostFile(store, noted, standing);
    case 'points':
    case 'path':
      return undefined;
  }
}

async function findLostFile(
  store: Store,
  { sha256, secret }: Extract<Noted, { kind: 'file' }>,
  { gone, going }: Standing,
): Promise<string | undefined> {
  if ((await store.artifacts.findSize(sha256)) === undefined) {
    if (secret !== undefined && [...gone, ...going].includes(secret)) {
      const said = (await findPurged(store, [sha256])).has(sha256);
      return said || going.includes(secret) ? undefined : `${sha256} went, and nothing says so`;
    }
    return `${sha256} is gone`;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of await store.artifacts.read(sha256)) chunks.push(chunk as Buffer);
  return toSha256(Buffer.concat(chunks)) === sha256 ? undefined : `${sha256} has other bytes`;
}

/** Why a version is not as it was handed in; undefined where it is, with a mark in place of what is gone. */
export async function findChanged(
  store: Store,
  handed: Handed,
  standing: Standing,
): Promise<string | undefined> {
  const row = await getSnapshot(store, handed.id);
  if (row.number !== handed.number || row.time !== handed.time || row.notebook !== handed.notebook)
    return `it is number ${row.number} of ${row.notebook}, ${row.time}`;
  if (!toAllowed(handed.message, standing).includes(row.message ?? ''))
    return `its message is ${String(row.message)}`;
  const run = await store.catalog.findRun(row.runs[0] ?? '');
  if (run?.metrics['n'] === undefined) return 'its metric is gone';
  if (!toAllowed(handed.param, standing).includes(run.params['word'] ?? ''))
    return `its param is ${run.params['word'] ?? ''}`;
  const text = (await readNotebook(store, row)).toString('utf8');
  // Of what is cut into several strings the mark may be in any of them.
  const shape = handed.isCut ? joinStrings : (each: string): string => each;
  const isIn = toAllowed(shape(handed.content), standing, escapeJson).includes(shape(text));
  return isIn ? undefined : `other bytes: ${text.slice(0, 600)}`;
}

/** A text with marks for all that is gone, and with and without one for each that is going. */
function toAllowed(
  text: string,
  { gone, going }: Standing,
  form: (text: string) => string = (each) => each,
): readonly string[] {
  const clean = gone.reduce((left, { text: each }) => left.replaceAll(form(each), MARK), text);
  return going.reduce<readonly string[]>(
    (texts, { text: each }) => [
      ...new Set(texts.flatMap((one) => [one, one.replaceAll(form(each), MARK)])),
    ],
    [clean],
  );
}

function escapeJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** A notebook whose sources are one string each. */
function joinStrings(text: string): string {
  const notebook = JSON.parse(text) as { cells: { source: string | readonly string[] }[] };
  for (const cell of notebook.cells) cell.source = [cell.source].flat().join('');
  return JSON.stringify(notebook);
}

/** The files of a store, objects of git and names that still hold a secret; git's own are unpacked. */
export async function findOnDisk(
  cellar: string,
  secrets: readonly Secret[],
): Promise<readonly string[]> {
  const found: string[] = [];
  const look = (where: string, bytes: Buffer): void => {
    for (const { core } of secrets) if (bytes.includes(core)) found.push(`${core} in ${where}`);
  };
  for (const entry of await readdir(cellar, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(cellar, path);
    look('a name', Buffer.from(name));
    if (!entry.isFile()) continue;
    const bytes = await readFile(path);
    look(name, bytes);
    if (/objects[/\\][0-9a-f]{2}[/\\][0-9a-f]{38}$/.test(name)) look(name, inflateSync(bytes));
  }
  const args = ['--git-dir', join(cellar, 'store.git'), 'cat-file'];
  look(
    'an object',
    execFileSync('git', [...args, '--batch', '--batch-all-objects', '--unordered'], {
      maxBuffer: 2 ** 30,
    }),
  );
  return found;
}
