import type { MoveKind } from '../../contract/models.js';
import type { Author } from '../../contract/snapshot.js';
import { CellarError } from '../errors.js';
import { cleanKept } from '../history/clean-kept.js';
import { recordEntries } from '../history/entries.js';
import type { History } from '../history/history.js';
import { continueTrail, findTrailEnd, type Move, type TrailEnd } from '../history/trail.js';
import type { Turns } from '../tracking/turns.js';
import {
  versionEntry,
  versionTexts,
  type ModelVersion,
  type VersionName,
} from './model-versions.js';
import { registeredEntry, registeredTexts, type RegisteredModel } from './registered-models.js';

/** Who does something in the registry, as far as the server knows. */
export interface Actor {
  /** "Ada", or "Ada <ada@example.org>"; empty for somebody without a name. */
  readonly person: string;
  readonly grant: 'owner' | 'viewer' | 'kernel';
}

/** Registered models with all that befalls them. Each change comes with its records in the trail: both are kept, or neither. */
export interface Registry {
  readonly history: History;
  /** Where a person finds a version's page, in words or as an address. */
  readonly pageOf: (version: VersionName) => string;
  /** Runs changes one after another: each goes on from what the one before it left. */
  change<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Keeps what a change has made of things; durable when it resolves. Call it within `change`. */
  keep(actor: Actor, changed: Changed): Promise<void>;
}

/** What becomes of things, and what is told of it. */
export interface Changed {
  readonly model: RegisteredModel;
  readonly versions?: readonly ModelVersion[];
  readonly moves: readonly RegistryMove[];
  /** It is of the versions alone: the registered model has changed no more than before. */
  readonly quiet?: boolean;
  /** Their times are those of elsewhere, and stay. */
  readonly asIs?: boolean;
}

/** Whose server this is, as its registry keeps them. */
export function toOwner({ name, email }: Author): Actor {
  return { person: email === '' ? name : `${name} <${email}>`, grant: 'owner' };
}

/** What was done, to which version, and what is said of it; what is absent is not said. */
export interface RegistryMove {
  readonly kind: MoveKind;
  readonly version?: number;
  /** The alias or the tag. */
  readonly what?: string;
  readonly from?: string;
  readonly to?: string;
  readonly comment?: string;
}

/** What a registry is handed in from outside. */
export interface RegistryRim {
  readonly pageOf: Registry['pageOf'];
  /** Told after each change. */
  readonly changed?: () => void;
}

const TURN = 'registry';

export function createRegistry(
  history: History,
  turns: Turns,
  { pageOf, changed = () => undefined }: RegistryRim,
): Registry {
  const { store } = history;
  let known: TrailEnd | undefined;
  return {
    history,
    pageOf,
    change: (work) => turns.take(TURN, work),
    keep: async (actor, { model, versions = [], moves, quiet = false, asIs = false }) => {
      const told = moves.map((move) => toMove(actor, model, move));
      const texts = [
        ...registeredTexts(model),
        ...versions.flatMap(versionTexts),
        ...told.flatMap(({ said }) => Object.values(said).filter((text) => text !== undefined)),
      ];
      const end = await findTrailEnd(store, known);
      const kept = await cleanKept(history.secrets, texts);
      const clean = (text: string): string => kept.texts.get(text) ?? '';
      const now = store.now();
      const trail = continueTrail(
        end,
        now,
        told.map((move) => ({ ...move, said: mapSaid(move.said, clean) })),
      );
      const last = moves.length === 0 ? {} : { moves: trail.end.order };
      await recordEntries(history, [
        ...versions.map((version) =>
          versionEntry({ ...version, ...last, ...(asIs ? {} : { updated: now }) }, clean),
        ),
        registeredEntry({ ...model, ...last, updated: quiet || asIs ? model.updated : now }, clean),
        ...trail.entries,
      ]);
      known = trail.end;
      changed();
    },
  };
}

function toMove(actor: Actor, model: RegisteredModel, move: RegistryMove): Move {
  const { kind, version, ...said } = move;
  return {
    ...{ type: kind, about: model.id, part: version ?? null, grant: actor.grant },
    said: { who: actor.person, name: model.name, ...said },
  };
}

function mapSaid(said: Move['said'], clean: (text: string) => string): Move['said'] {
  const texts = Object.entries(said).map(([name, text]) => [
    name,
    text === undefined ? undefined : clean(text),
  ]);
  return Object.fromEntries(texts) as Move['said'];
}

/**
 * What would take a rule of approval off by another name is the owner's alone: whoever has a kernel's token could else delete or rename
 * the registered model, and register another one under its name. Throws forbidden.
 */
export function checkUnruled(actor: Actor, { name, rule }: RegisteredModel, what: string): void {
  if (rule === null || actor.grant === 'owner') return;
  throw new CellarError(
    'forbidden',
    `${JSON.stringify(name)} asks for approvals, so only the owner of this store may ${what} it. Do it on its page.`,
  );
}
