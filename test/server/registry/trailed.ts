import { MAIN } from '../../../server/store/create.js';
import type { History } from '../../../server/history/history.js';
import { sealPending } from '../../../server/history/seal.js';
import { removeAlias, setAlias } from '../../../server/registry/aliases.js';
import { register } from '../../../server/registry/change-models.js';
import { addVersion, setStage } from '../../../server/registry/change-versions.js';
import type { Registry } from '../../../server/registry/registry.js';
import { openTestHistory } from '../scratch.js';
import { ADA, openTestRegistry, START } from './opened.js';

/** A record's file, as far as tests change it. */
export interface TrailFile {
  readonly data: {
    order: number;
    part: number | null;
    readonly said: Record<string, { says: string; salt: string } | undefined>;
  };
}

/** Seven moves of one registered model. */
export async function createRecords(registry: Registry, name: string): Promise<void> {
  await register(registry, ADA, { name, description: '', tags: [] });
  await addVersion(registry, ADA, name, START);
  await setAlias(registry, ADA, { name, version: 1 }, 'champion');
  await addVersion(registry, ADA, name, START);
  await setAlias(registry, ADA, { name, version: 2 }, 'champion');
  await setStage(registry, ADA, { name, version: 2 }, { stage: 'Production', archives: false });
  await removeAlias(registry, ADA, name, 'champion');
}

/** A history with the seven moves of "wine". */
export async function openTrailed({ sealed = true } = {}): Promise<History> {
  const history = await openTestHistory();
  await createRecords(openTestRegistry(history), 'wine');
  if (sealed) await sealPending(history);
  return history;
}

/** Commits other records to main, as somebody might who has git at hand. */
export async function rewrite(
  { store }: History,
  change: (files: Map<number, TrailFile>) => void,
): Promise<void> {
  const { repository } = store;
  const path = (order: number): string =>
    `.cellar/registry/trail/0000000/${String(order).padStart(10, '0')}.json`;
  const head = (await repository.findRef(MAIN)) ?? '';
  const { tree } = await repository.readCommit(head);
  const before = new Map<number, TrailFile>();
  for (let order = 1; order <= 7; order += 1) {
    const oid = (await repository.findEntry(tree, path(order))) ?? '';
    before.set(order, JSON.parse((await repository.readBlob(oid)).toString()) as TrailFile);
  }
  const after = new Map(before);
  change(after);
  const edits = [...before.keys()].map((order) => {
    const file = after.get(order);
    return {
      path: path(order),
      content: file === undefined ? null : Buffer.from(JSON.stringify(file)),
    };
  });
  const facts = {
    author: store.author,
    time: store.now(),
    subject: 'Change the past',
    trailers: new Map<string, string>(),
  };
  await repository.commitMany({ ref: MAIN, commits: [{ edits, facts }] });
}
