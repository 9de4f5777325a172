import { readCuts } from './cuts.js';
import { join } from 'node:path';

import { listTips, type CollectParts, type CollectRequest, type Freed } from './collecting.js';
import { findShare, findWorth, isGarbage, listGarbage, Tally } from './garbage.js';
import { looseObjectPath } from './loose.js';
import { createQuiet, waitFor } from './quiet.js';
import { markReached, type ReachParts } from './reach.js';
import { chooseRewritable, rewritePacks, type Sweeping } from './rewrite-packs.js';
import { statOf, takeInventory, type OldPack, type Inventory } from './inventory.js';
import { whenReleased } from './turns.js';

/** Taken away in one turn, so that no snapshot waits long. */
const REMOVED_AT_ONCE = 64;
const REPORT_EVERY = 1_000;

/**
 * Takes away the objects that no ref leads to and that are old: loose ones one by one, those in packs by writing anew the packs that
 * have many of them. Each removal is whole by itself. Call it in turn with all else that moves objects.
 */
export async function collectObjects(parts: CollectParts, request: CollectRequest): Promise<Freed> {
  const { gitdir, disk, find } = parts;
  const { before, plan, signal } = request;
  const inventory = await takeInventory(gitdir, { before, disk, signal });
  const tally = new Tally(inventory);
  if (!inventory.hasOld) return { count: 0, bytes: 0, heldBack: undefined };
  const shallow = await readCuts(gitdir, disk);
  const report = reportSome(inventory, request);
  const reach: ReachParts = { gitdir, inventory, find, shallow, signal, report };
  const tips = await listTips(parts, plan);
  await markReached(reach, { tips, all: plan === undefined });
  const worth = await findWorth(gitdir, { inventory, disk });
  const chosen = await chooseRewritable(gitdir, { inventory, disk, signal, packs: worth });
  let { heldBack } = chosen;
  if (plan !== undefined) await measure(parts, { inventory, packs: chosen.packs, tally });
  else {
    // Whoever began to read before refs were moved reads on.
    await waitFor(
      (end) => whenReleased(gitdir).then(end),
      () => Promise.resolve(),
      signal,
    );
    const quietly = createQuiet(parts, reach, tips, request);
    const sweeping = { gitdir, disk, inventory, tally, quietly, before, signal };
    heldBack = (await sweep(sweeping, chosen.packs)) ?? heldBack;
  }
  return { count: tally.count, bytes: tally.bytes, heldBack };
}

function reportSome({ table }: Inventory, { report }: CollectRequest): (done: number) => void {
  return (done) => {
    if (done % REPORT_EVERY === 0)
      report?.({ what: 'objects', done, total: Math.max(done, table.size) });
  };
}

/** Only counts. */
async function measure(
  { gitdir, disk }: CollectParts,
  of: { readonly inventory: Inventory; readonly packs: readonly OldPack[]; readonly tally: Tally },
): Promise<void> {
  const { inventory, packs, tally } = of;
  const objects = join(gitdir, 'objects');
  for await (const oids of listGarbage(gitdir, { inventory, disk, most: REMOVED_AT_ONCE }))
    for (const oid of oids) {
      const facts = await statOf(looseObjectPath(objects, oid), disk);
      if (facts !== undefined) tally.add(oid, facts.size);
    }
  for (const pack of packs) {
    const share = await findShare(gitdir, pack, { inventory, disk });
    if (share !== undefined) tally.addAll(share.garbage, share.bytes);
  }
  for (const { bytes } of inventory.orphans) tally.addAll([], bytes);
}

/** Gives why something could not go, in words. */
async function sweep(sweeping: Sweeping, packs: readonly OldPack[]): Promise<string | undefined> {
  const { gitdir, disk, inventory, tally, quietly, before, signal } = sweeping;
  const objects = join(gitdir, 'objects');
  const remove = async (oid: string): Promise<void> => {
    // A ref may lead to it by now, or somebody has just put it again and is about to name it.
    if (!isGarbage(inventory, oid)) return;
    const path = looseObjectPath(objects, oid);
    const facts = await statOf(path, disk);
    if (facts === undefined || facts.mtimeMs >= before) return;
    await disk.rm(path, { force: true });
    tally.add(oid, facts.size);
  };
  let isFirst = true;
  for await (const oids of listGarbage(gitdir, { inventory, disk, most: REMOVED_AT_ONCE })) {
    signal.throwIfAborted();
    if (isFirst) await dropCommitGraph(sweeping);
    isFirst = false;
    await quietly(async () => {
      for (const oid of oids) await remove(oid);
    });
  }
  for (const { path, bytes } of inventory.orphans) {
    await disk.rm(path, { force: true });
    tally.addAll([], bytes);
  }
  if (packs.length === 0) return undefined;
  if (isFirst) await dropCommitGraph(sweeping);
  return rewritePacks(sweeping, packs);
}

/** Git's list of commits would name some that are gone; git does well without. */
async function dropCommitGraph({ gitdir, disk }: Pick<Sweeping, 'gitdir' | 'disk'>): Promise<void> {
  const at = join(gitdir, 'objects', 'info');
  await disk.rm(join(at, 'commit-graph'), { force: true });
  await disk.rm(join(at, 'commit-graphs'), { recursive: true, force: true });
}
