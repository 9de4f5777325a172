import { join } from 'node:path';

import * as z from 'zod';

import {
  namedRegistrySchema,
  serverUrlSchema,
  type NamedRegistry,
} from '../../contract/external.js';
import { graceSchema, retentionSchema } from '../../contract/retention.js';
import { secretSettingsSchema } from '../../contract/secrets.js';
import { noisePatternSchema, printedMetricsSchema } from '../../contract/workspace.js';
import { isErrno, toStorageError } from '../errors.js';
import { nodeDisk, type Disk } from './disk/disk.js';
import { writeDurable } from './disk/durable.js';
import type { Places } from './places.js';

const pausedSchema = z.object({ notebooks: z.array(z.string()), folders: z.array(z.string()) });
const settingsSchema = z.object({
  spaceLimit: z.number().nonnegative().default(0),
  artifactGlobs: z.array(z.string()).optional(),
  printedMetrics: printedMetricsSchema.optional(),
  noisePatterns: z.array(noisePatternSchema).optional(),
  shownNoise: z.array(z.string()).optional(),
  retention: retentionSchema.optional(),
  artifactGrace: graceSchema.optional(),
  secrets: secretSettingsSchema.optional(),
  publicUrl: z.union([z.literal(''), serverUrlSchema]).optional(),
});

const importedSchema = z.record(z.string(), z.string());

const registryStateSchema = z.object({
  /** When it answered last, and since when it does not; in milliseconds since 1970. */
  seen: z.number().nullable(),
  away: z.number().nullable(),
  failure: z.string(),
});
const registryStatesSchema = z.record(z.string(), registryStateSchema);

/** How a registry elsewhere stands, as it was found last. */
export type RegistryState = z.infer<typeof registryStateSchema>;

export type PausedPaths = z.infer<typeof pausedSchema>;
export type KeptSettings = z.infer<typeof settingsSchema>;

/** What a workspace's person has set here: neither history nor derived from it, so never in git. */
export interface OperatingState {
  readPaused(): Promise<PausedPaths>;
  writePaused(paused: PausedPaths): Promise<void>;
  readSettings(): Promise<KeptSettings>;
  writeSettings(settings: KeptSettings): Promise<void>;
  /** The loopback port that this workspace's server listens on, the same from start to start. */
  readPort(): Promise<number | undefined>;
  writePort(port: number): Promise<void>;
  /** When what nobody needs was freed last, in milliseconds since 1970. */
  readCollected(): Promise<number | undefined>;
  writeCollected(time: number): Promise<void>;
  /** The commit up to which a git repository, by its folder, was brought in whole. */
  findImported(repository: string): Promise<string | undefined>;
  noteImported(repository: string, commit: string): Promise<void>;
  /** The registries elsewhere that are set up; of their secrets only where each is. */
  readRegistries(): Promise<readonly NamedRegistry[]>;
  writeRegistries(registries: readonly NamedRegistry[]): Promise<void>;
  /** By name. */
  readRegistryStates(): Promise<ReadonlyMap<string, RegistryState>>;
  writeRegistryStates(states: ReadonlyMap<string, RegistryState>): Promise<void>;
}

export function openOperatingState(places: Places, disk: Disk = nodeDisk): OperatingState {
  const pathOf = (name: string): string => join(places.state, name);

  const read = async <Value>(
    name: string,
    schema: z.ZodType<Value>,
  ): Promise<Value | undefined> => {
    try {
      return schema.parse(JSON.parse(await disk.readFile(pathOf(name), 'utf8')));
    } catch (error) {
      // A damaged file of settings must not keep anybody from working: the defaults hold.
      if (isErrno(error, 'ENOENT') || error instanceof SyntaxError || error instanceof z.ZodError)
        return undefined;
      throw error;
    }
  };

  const write = async (name: string, value: unknown): Promise<void> => {
    try {
      await writeDurable(pathOf(name), `${JSON.stringify(value, undefined, 1)}\n`, 0o600, disk);
    } catch (error) {
      throw toStorageError(error, pathOf(name));
    }
  };

  return {
    readPaused: async () =>
      (await read('paused.json', pausedSchema)) ?? { notebooks: [], folders: [] },
    writePaused: (paused) => write('paused.json', paused),
    readSettings: async () => (await read('settings.json', settingsSchema)) ?? { spaceLimit: 0 },
    writeSettings: (settings) => write('settings.json', settings),
    readPort: () => read('port', z.number().int().min(1).max(65535)),
    writePort: (port) => write('port', port),
    readCollected: () => read('collected', z.number()),
    writeCollected: (time) => write('collected', time),
    findImported: async (repository) => {
      const known = (await read('imported.json', importedSchema)) ?? {};
      return Object.hasOwn(known, repository) ? known[repository] : undefined;
    },
    noteImported: async (repository, commit) => {
      const known = (await read('imported.json', importedSchema)) ?? {};
      await write('imported.json', { ...known, [repository]: commit });
    },
    readRegistries: async () => (await read('registries.json', z.array(namedRegistrySchema))) ?? [],
    writeRegistries: (registries) => write('registries.json', registries),
    readRegistryStates: async () =>
      new Map(Object.entries((await read('registry-states.json', registryStatesSchema)) ?? {})),
    writeRegistryStates: (states) => write('registry-states.json', Object.fromEntries(states)),
  };
}
