import * as z from 'zod';

import { approvalRuleSchema } from '../../contract/models.js';
import type { EntryRow } from '../store/catalog/rows.js';
import type { Store } from '../store/store.js';
import { findChangedFiles } from './changed-files.js';
import { entriesIn, parseEntryFile } from './entries.js';
import { toFinding, type Finding } from './finding.js';
import { readGeneration } from './generation.js';
import { findTip } from './history.js';
import { describeRule } from './rule-words.js';
import { hashRecord, judgeSaid, toTrailData } from './trail.js';

/** Where its records are in main's tree, each in a file below a folder of a thousand. */
const FOLDER = '.cellar/registry/trail';
/** Rows that name the last record that is about them: the end of the trail cannot be cut off unseen. */
const NAMING = ['registered', 'versions'];

/** What of a registered model, and of a version, the trail must account for. */
const modelSchema = z.object({
  moves: z.number().int().min(1),
  aliases: z.array(z.object({ name: z.string(), version: z.number().int() })),
  rule: approvalRuleSchema.nullable().default(null),
});
const versionSchema = z.object({
  model: z.string(),
  version: z.number().int(),
  approvals: z.array(z.object({ person: z.string() })).default([]),
});

type Data = ReturnType<typeof toTrailData>;

/** The first record of the trail that does not fit, as main's tree and the journal have them now; none where all do. */
export async function verifyTrail(store: Store): Promise<readonly Finding[]> {
  // What these name was written before them, and is looked for after them.
  const named = await findLastNamed(store);
  const models = await store.catalog.entries('registered');
  const versions = await store.catalog.entries('versions');
  const records = new Map<string, Data | string>();
  const pending = store.journal.pending(0).flatMap(entriesIn);
  const generation = await readGeneration(store).catch(() => 0);
  for await (const [path, found] of readSealed(store)) records.set(path, found);
  for (const row of pending) if (row.kind === 'trail') records.set(row.id, toTrailData(row));
  const wrong =
    findWrong([...records.values()], named, generation > 0) ??
    findUnsaid([...records.values()], models, versions);
  return wrong === undefined ? [] : [toFinding({ ...wrong, kind: 'trail' })];
}

/** An alias that is not where the trail has last put it, a rule that is another, or an approval that nobody has given. */
function findUnsaid(
  records: readonly (Data | string)[],
  models: readonly EntryRow[],
  versions: readonly EntryRow[],
): Wrong | undefined {
  const last = findLast(records);
  const names = new Map<string, string>();
  for (const { id, name, data, number } of models) {
    const model = id.slice(id.indexOf('/') + 1);
    names.set(model, name ?? '');
    const { data: found } = modelSchema.safeParse(data);
    const since = `since record ${number} of the journal, and the registry's trail does not say so`;
    for (const alias of found?.aliases ?? []) {
      const record = last.get(keyOf(model, 'alias', alias.name));
      if (record?.type === 'alias set' && record.part === alias.version) continue;
      return {
        what: `alias ${alias.name} of registered model ${name ?? ''}`,
        reason: `it stands for version ${alias.version} ${since}`,
      };
    }
    const rule = describeRule(found?.rule ?? null);
    if (found !== undefined && (last.get(keyOf(model, 'rule'))?.said['to']?.says ?? '') !== rule)
      return {
        what: `the approvals of registered model ${name ?? ''}`,
        reason: `what is asked for is ${rule === '' ? 'nothing' : JSON.stringify(rule)} ${since}`,
      };
  }
  for (const { data, number } of versions) {
    const { data: found } = versionSchema.safeParse(data);
    for (const { person } of found?.approvals ?? []) {
      const { model = '', version = 0 } = found ?? {};
      if (last.get(keyOf(model, 'approval', version, person))?.type === 'approved') continue;
      return {
        what: `version ${version} of registered model ${names.get(model) ?? ''}`,
        reason: `it is approved by ${JSON.stringify(person)} since record ${number} of the journal, and the registry's trail does not say so`,
      };
    }
  }
  return undefined;
}

/** The last record about each alias, rule and approval. */
function findLast(records: readonly (Data | string)[]): ReadonlyMap<string, Data> {
  const last = new Map<string, Data>();
  const sound = records.filter((record) => typeof record !== 'string');
  for (const record of sound.sort((a, b) => a.order - b.order)) {
    const { type, about, part, said } = record;
    if (type.startsWith('alias '))
      last.set(keyOf(about.id, 'alias', said['what']?.says ?? ''), record);
    if (type === 'rules set') last.set(keyOf(about.id, 'rule'), record);
    if (type.startsWith('approv'))
      last.set(keyOf(about.id, 'approval', part ?? 0, said['who']?.says ?? ''), record);
  }
  return last;
}

function keyOf(...parts: readonly (string | number)[]): string {
  return JSON.stringify(parts);
}

interface Wrong {
  readonly what: string;
  readonly reason: string;
}

function findWrong(
  records: readonly (Data | string)[],
  named: number,
  isPurged: boolean,
): Wrong | undefined {
  const [unreadable] = records.filter((record) => typeof record === 'string');
  const sound = records
    .filter((record) => typeof record !== 'string')
    .sort((a, b) => a.order - b.order);
  let before: Data | undefined;
  for (const record of sound) {
    const reason = judge(record, before, isPurged);
    if (reason !== undefined)
      return { what: `record ${record.order} of the registry's trail`, reason };
    before = record;
  }
  const last = before?.order ?? 0;
  if (unreadable !== undefined)
    return { what: `the registry's trail, ${unreadable}`, reason: 'it cannot be read as a record' };
  if (last >= named) return undefined;
  return {
    what: `record ${last + 1} of the registry's trail`,
    reason: `it is missing, with all up to ${named}, which the registry names`,
  };
}

/** Why a record does not fit behind the one before it; undefined where it does. */
function judge(record: Data, before: Data | undefined, isPurged: boolean): string | undefined {
  const expected = (before?.order ?? 0) + 1;
  if (record.order < expected) return 'there are two of it';
  if (record.order > expected)
    return `it follows record ${expected - 1}: ${record.order - expected === 1 ? `record ${expected} is` : `records ${expected} to ${record.order - 1} are`} missing`;
  for (const [name, said] of Object.entries(record.said)) {
    const is = judgeSaid(said);
    if (is === 'changed') return `what it says as ${JSON.stringify(name)} is not what was kept`;
    if (is === 'purged' && !isPurged)
      return `what it says as ${JSON.stringify(name)} is marked as purged, and nothing was ever purged here`;
  }
  if (hashRecord(record) !== record.sha256) return 'it is not what was kept: its hash is another';
  if (record.before.sha256 !== (before?.sha256 ?? ''))
    return 'it was not made after the record that is before it now';
  return undefined;
}

/** The records of main's tree by their entries' ids; the path of one that cannot be read as one. */
async function* readSealed(store: Store): AsyncGenerator<readonly [string, Data | string]> {
  const { repository } = store;
  const tip = await findTip(store).catch(() => undefined);
  if (tip === undefined) return;
  // Where the way there is damaged that is a finding of its own.
  const files = await findChangedFiles(repository, undefined, tip, FOLDER, 1).catch(
    () => undefined,
  );
  for (const [path, oid] of files ?? []) {
    const bytes = await repository.readBlob(oid).catch(() => undefined);
    if (bytes === undefined) continue;
    let found: readonly [string, Data | string];
    try {
      const row = parseEntryFile(bytes);
      found = [row.id, toTrailData(row)];
    } catch {
      found = [path, path];
    }
    yield found;
  }
}

async function findLastNamed({ catalog }: Store): Promise<number> {
  let last = 0;
  for (const kind of NAMING)
    for (const { data } of await catalog.entries(kind))
      if (typeof data === 'object' && data !== null && 'moves' in data)
        last = Math.max(last, Number(data.moves));
  return last;
}
