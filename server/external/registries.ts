import * as z from 'zod';

import type { NamedRegistry } from '../../contract/external.js';
import { CellarError } from '../errors.js';
import type { OperatingState, RegistryState } from '../store/operating.js';
import type { Turns } from '../tracking/turns.js';
import type { FindSecret } from './credentials.js';
import { BRIEF, type Patience } from './http.js';
import { mlflowAdapter } from './mlflow.js';
import type { Adapter, ExternalRegistry, SignedMessage } from './registry.js';

/** Each kind of registry with the file that speaks to it. */
const ADAPTERS: Readonly<Record<NamedRegistry['kind'], Adapter>> = { mlflow: mlflowAdapter };

const UNKNOWN: RegistryState = { seen: null, away: null, failure: '' };

export interface RegistriesParts {
  readonly operating: OperatingState;
  readonly turns: Turns;
  readonly findSecret: FindSecret;
  readonly now: () => number;
  readonly report: (error: unknown) => void;
  /** Nothing is written that can be left out. */
  readonly readOnly: () => boolean;
}

/** The registries that are set up, and how each was found to stand. */
export class Registries {
  constructor(private readonly parts: RegistriesParts) {}

  list(): Promise<readonly NamedRegistry[]> {
    return this.parts.operating.readRegistries();
  }

  /** Throws not_found. */
  async get(name: string): Promise<NamedRegistry> {
    const found = (await this.list()).find((each) => each.name === name);
    if (found !== undefined) return found;
    throw new CellarError(
      'not_found',
      `No registry ${JSON.stringify(name)} is set up. "cellar registry add ${name} URL" sets one up.`,
    );
  }

  /** Sets one up, or changes it: then nothing is known of it any more. */
  put(registry: NamedRegistry): Promise<void> {
    const { operating, turns } = this.parts;
    return turns.take('registries', async () => {
      const others = (await this.list()).filter(({ name }) => name !== registry.name);
      await operating.writeRegistries([...others, registry]);
      await this.#change(registry.name, undefined);
    });
  }

  /** Throws not_found. */
  remove(name: string): Promise<void> {
    const { operating, turns } = this.parts;
    return turns.take('registries', async () => {
      await this.get(name);
      const all = await this.list();
      await operating.writeRegistries(all.filter((each) => each.name !== name));
      await this.#change(name, undefined);
    });
  }

  async states(): Promise<(name: string) => RegistryState> {
    const states = await this.parts.operating.readRegistryStates();
    return (name) => states.get(name) ?? UNKNOWN;
  }

  /** Asks a registry something, and notes whether it is there. Throws as the work, with what only a registry can mean as registry_refused. */
  async reach<Result>(
    registry: NamedRegistry,
    patience: Patience,
    work: (opened: ExternalRegistry) => Promise<Result>,
  ): Promise<Result> {
    const { findSecret } = this.parts;
    const opened = ADAPTERS[registry.kind].open({ registry, findSecret, patience });
    try {
      const result = await work(opened);
      await this.#note(registry.name, undefined);
      return result;
    } catch (thrown) {
      const error = toReached(registry, thrown);
      await this.#note(registry.name, error);
      throw error;
    }
  }

  /** Throws unauthenticated for a message that the registry has not signed. */
  check(registry: NamedRegistry, message: SignedMessage, secret: string): void {
    const { findSecret } = this.parts;
    ADAPTERS[registry.kind]
      .open({ registry, findSecret, patience: BRIEF })
      .checkMessage(message, secret);
  }

  /** The page of an entry there, for people. */
  page({ kind, url }: NamedRegistry, entry: string, version: string | null): string {
    return ADAPTERS[kind].page(url, entry, version);
  }

  async #note(name: string, error: unknown): Promise<void> {
    const { turns, now, readOnly, report } = this.parts;
    if (readOnly()) return;
    await turns
      .take('registries', async () => {
        const before = (await this.states())(name);
        const isAway = error instanceof CellarError && error.code === 'registry_away';
        if (isAway)
          await this.#change(name, {
            ...{ seen: before.seen, away: before.away ?? now() },
            failure: error.message,
          });
        // What is no failure of the registry's says nothing of it.
        else if (error === undefined || error instanceof CellarError)
          await this.#change(name, {
            ...{ seen: error === undefined || isAnswer(error) ? now() : before.seen, away: null },
            failure: error?.code === 'not_found' ? '' : (error?.message ?? ''),
          });
      })
      .catch(report);
  }

  async #change(name: string, state: RegistryState | undefined): Promise<void> {
    const { operating } = this.parts;
    const states = new Map(await operating.readRegistryStates());
    if (state === undefined) states.delete(name);
    else states.set(name, state);
    await operating.writeRegistryStates(states);
  }
}

/** What the registry itself has said no to, or has nothing of. */
function isAnswer({ code }: CellarError): boolean {
  return code === 'registry_refused' || code === 'not_found';
}

function toReached({ name, url }: NamedRegistry, error: unknown): unknown {
  if (!(error instanceof z.ZodError)) return error;
  const [issue] = error.issues;
  return new CellarError(
    'registry_refused',
    `${url} answers, but not as a registry of this kind does (${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}). Check the address of ${name}.`,
    {},
    { cause: error },
  );
}
