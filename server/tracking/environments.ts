import { createHash } from 'node:crypto';

import * as z from 'zod';

import {
  environmentSchema,
  kernelIdSchema,
  type Environment,
  type RanOn,
} from '../../contract/environment.js';
import { CellarError } from '../errors.js';
import { cleanKept } from '../history/clean-kept.js';
import { recordEntry } from '../history/entries.js';
import type { History } from '../history/history.js';
import type { RunRow } from '../store/catalog/rows.js';
import type { Store } from '../store/store.js';

const KIND = 'environments';
/** What each kernel ran on, by the kernel's id. */
const KERNELS = 'kernels';

/** The tag by which a run of MLflow's client names its kernel. */
const KERNEL_TAG = 'cellar.kernel';

/** Under a name that no purge takes for a person's text. */
const kernelSchema = z.object({ hash: z.string() });

/** Keeps what a kernel runs on; gives its id, the same for the same environment. Durable when it resolves. */
export async function keepEnvironment(
  history: History,
  kernel: string,
  environment: Environment,
): Promise<string> {
  const { catalog } = history.store;
  const data = await cleanEnvironment(history, environment);
  const id = createHash('sha256').update(JSON.stringify(data)).digest('hex').slice(0, 32);
  if ((await catalog.findEntry(`${KIND}/${id}`)) === undefined)
    await recordEntry(history, { kind: KIND, id, name: null, data });
  if ((await findEnvironmentOf(history.store, kernel)) !== id)
    await recordEntry(history, {
      kind: KERNELS,
      id: kernel,
      name: null,
      data: { hash: id },
    });
  return id;
}

/** The same without secrets, as the address of a package may hold one. */
async function cleanEnvironment(
  { secrets }: History,
  environment: Environment,
): Promise<Environment> {
  const { python, implementation, platform, packages, freeze, git } = environment;
  const { texts } = await cleanKept(secrets, [
    ...[python, implementation, platform, freeze, ...packages.flat()],
    ...[git?.branch, git?.remote].flatMap((text) => text ?? []),
  ]);
  const clean = (text: string): string => texts.get(text) ?? '';
  return {
    python: clean(python),
    implementation: clean(implementation),
    platform: clean(platform),
    packages: packages.map(([name, version]) => [clean(name), clean(version)]),
    freeze: clean(freeze),
    git: git && {
      ...git,
      ...(git.branch === undefined ? {} : { branch: clean(git.branch) }),
      ...(git.remote === undefined ? {} : { remote: clean(git.remote) }),
    },
  };
}

/** Throws not_found. */
export async function getEnvironment(store: Store, id: string): Promise<Environment> {
  const row = await store.catalog.findEntry(`${KIND}/${id}`);
  if (row !== undefined) return environmentSchema.parse(row.data);
  throw new CellarError('not_found', `There is no environment ${JSON.stringify(id)}.`);
}

/** The id of what a kernel ran on; undefined where it did not say. */
export async function findEnvironmentOf(
  store: Store,
  kernel: string | undefined,
): Promise<string | undefined> {
  if (!kernelIdSchema.safeParse(kernel).success) return undefined;
  const row = await store.catalog.findEntry(`${KERNELS}/${kernel ?? ''}`);
  return row === undefined ? undefined : kernelSchema.parse(row.data).hash;
}

/** The same of a run: of the kernel that it names, else of the version that claimed it. */
export async function findEnvironmentOfRun(
  store: Store,
  { tags, traces, snapshot }: RunRow,
): Promise<string | undefined> {
  const traced = traces.find(({ kernel }) => kernel !== '')?.kernel;
  const named = traced ?? (Object.hasOwn(tags, KERNEL_TAG) ? tags[KERNEL_TAG] : undefined);
  if (named !== undefined) return findEnvironmentOf(store, named);
  const row = snapshot === null ? undefined : await store.catalog.findSnapshot(snapshot);
  return findEnvironmentOf(store, row?.kernel?.id);
}

/** What a run ran on, in short; null where its kernel did not say. */
export async function readRanOn(
  store: Store,
  run: RunRow,
): Promise<{ readonly id: string | null; readonly ranOn: RanOn | null }> {
  const id = await findEnvironmentOfRun(store, run);
  if (id === undefined) return { id: null, ranOn: null };
  const { python, platform, git, packages } = await getEnvironment(store, id);
  return { id, ranOn: { python, platform, git, packages: packages.length } };
}
