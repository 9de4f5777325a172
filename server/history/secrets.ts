import { setImmediate } from 'node:timers/promises';

import type {
  FoundSecret,
  SecretAction,
  SecretNote,
  SecretSettings,
} from '../../contract/secrets.js';
import { CellarError } from '../errors.js';
import { createSeeker, type Seeker } from '../notebook/secrets/find.js';
import { hashedTexts } from '../notebook/secrets/known-texts.js';
import { redact, redactionMark } from '../notebook/secrets/redact.js';
import { PURGED_RULE, toOwnRules } from '../notebook/secrets/rules.js';
import { scanInSteps, type Finding } from '../notebook/secrets/scan.js';
import { openOperatingState } from '../store/operating.js';
import type { Store } from '../store/store.js';
import { digestWith, readPurged, readSecretKey, toFingerprint } from './secret-key.js';
import { refusalWords, toWarnings, type SecretWarning } from './secret-words.js';

/** A notebook's bytes as they are kept. */
export interface CleanBytes {
  readonly bytes: Uint8Array;
  /** What was replaced. */
  readonly redactions: readonly FoundSecret[];
  readonly warnings: readonly SecretWarning[];
  /** What was replaced, as it stands in the bytes that were given. */
  readonly findings: readonly Finding[];
  /** Of the intake when this was made: see `epoch`. */
  readonly epoch: number;
}

/** What everything passes on its way into the store: looks for secrets, and does about them what is set. */
export interface SecretIntake {
  /** Rises when there is more to look for, by a purge: what was cleaned before must be cleaned again. */
  readonly epoch: number;
  /** Throws CellarError secret_found where the settings refuse what was found; `path` is named then. */
  cleanBytes(bytes: Uint8Array, path: string): Promise<CleanBytes>;
  /** Texts beside notebooks: a message, a name. What is not to stay there is replaced. */
  cleanTexts(texts: readonly string[]): Promise<readonly string[]>;
  /** Values by their names, such as params: "api_key" says what "7d0f…" alone does not. Answers the values. */
  cleanValues(
    params: readonly (readonly [name: string, value: string])[],
  ): Promise<readonly string[]>;
  /** There is more to look for. */
  refresh(): void;
  /** Does work, such as a purge, until whose end `released` waits for texts that `takes` is true of. */
  whileTaking<Result>(
    takes: (text: string) => boolean,
    work: () => Promise<Result>,
  ): Promise<Result>;
  /** Waits until nothing is under way that takes one of these texts out; to be called before what waits for no other write. */
  released(texts: readonly string[]): Promise<void>;
}

/** Patterns work this long, in milliseconds, before others get a turn. */
const TURN_MS = 12;
/** What a mark leaves beside it may be a secret again; looked for this often at most. */
const MOST_PASSES = 4;
/** A refusal names so many secrets at most. */
const MOST_REFUSED = 20;
/** Patterns are tried on this many code units of a text beside notebooks. */
const TEXT_BUDGET = 256 * 1024;

interface Policy {
  readonly sources: SecretAction;
  readonly outputs: SecretAction;
  readonly allowed: ReadonlySet<string>;
  readonly key: string;
  readonly seeker: Seeker;
}

/** The intake of a store. What is set is that of the store's operating state at each time. */
export function openSecretIntake(store: Store): SecretIntake {
  const operating = openOperatingState(store.places, store.disk);
  let epoch = 0;
  let made: { readonly of: string; readonly seeker: Seeker } | undefined;
  const taking = new Map<(text: string) => boolean, Promise<unknown>>();

  // A seeker's table of keywords takes some milliseconds to make.
  const toSeeker = async ({ patterns = [] }: SecretSettings, key: string): Promise<Seeker> => {
    const purged = await readPurged(store);
    const of = JSON.stringify([patterns, purged.map(({ digest }) => digest)]);
    if (made?.of === of) return made.seeker;
    const texts = hashedTexts(purged, digestWith(key));
    const known = purged.length === 0 ? {} : { known: { texts, rule: PURGED_RULE } };
    made = { of, seeker: createSeeker({ own: toOwnRules(patterns), ...known }) };
    return made.seeker;
  };

  const readPolicy = async (): Promise<Policy> => {
    const settings = (await operating.readSettings()).secrets ?? {};
    const key = await readSecretKey(store);
    return {
      sources: settings.sources ?? 'warn',
      outputs: settings.outputs ?? 'redact',
      allowed: new Set(settings.allowed),
      key,
      seeker: await toSeeker(settings, key),
    };
  };

  const keptPolicy = keepWhileSame(store, () => epoch, readPolicy);

  return {
    get epoch() {
      return epoch;
    },
    refresh: () => {
      epoch += 1;
    },
    whileTaking: async (takes, work) => {
      const result = work();
      taking.set(
        takes,
        result.catch(() => undefined),
      );
      try {
        return await result;
      } finally {
        taking.delete(takes);
      }
    },
    released: async (texts) => {
      for (const [takes, ended] of taking) if (texts.some(takes)) await ended;
    },
    cleanBytes: async (bytes, path) => {
      const began = epoch;
      return { ...(await cleanBytes(bytes, path, await keptPolicy())), epoch: began };
    },
    cleanTexts: async (texts) => {
      if (texts.length === 0) return [];
      const policy = await keptPolicy();
      return Promise.all(texts.map((text) => cleanText(text, 0, policy)));
    },
    cleanValues: async (params) => {
      if (params.length === 0) return [];
      const policy = await keptPolicy();
      return Promise.all(
        params.map(async ([name, value]) => {
          const before = `${name} = "`;
          const whole = await cleanText(`${before}${value}"`, before.length, policy);
          return whole.slice(before.length, -1);
        }),
      );
    },
  };
}

/** What was read is trusted this long, in milliseconds: somebody may write into a file in its place. */
const TRUSTED_MS = 1_000;
/** Two changes of a folder within a tick of its clock have one time. */
const TICK_MS = 50;

/**
 * Reads again when the operating state may be another: each of its files is written beside and renamed, which changes the time of their
 * folder. A `log_metric` asks for it several times, and would else read three files each time.
 */
function keepWhileSame(
  store: Store,
  epochNow: () => number,
  read: () => Promise<Policy>,
): () => Promise<Policy> {
  let kept: { readonly of: string; readonly until: number; readonly policy: Policy } | undefined;
  return async () => {
    const folder = await store.disk
      .stat(store.places.state, { bigint: true })
      .catch(() => undefined);
    const of = `${String(folder?.ino)} ${String(folder?.mtimeNs)} ${epochNow()}`;
    if (kept?.of === of && performance.now() < kept.until) return kept.policy;
    const policy = await read();
    const isSettled = folder !== undefined && store.now() - Number(folder.mtimeMs) > TICK_MS;
    kept = isSettled ? { of, until: performance.now() + TRUSTED_MS, policy } : undefined;
    return policy;
  };
}

/** Replaces the secrets of a text that end behind `from`, as far as they stand behind it. */
async function cleanText(text: string, from: number, policy: Policy): Promise<string> {
  const found = await inTurns(policy.seeker.find(text, { left: TEXT_BUDGET }));
  let clean = '';
  let at = 0;
  for (const { rule, start, end } of found) {
    const fingerprint = toFingerprint(policy.key, text.slice(start, end));
    const action = actionFor(rule.id, policy.outputs, fingerprint, policy);
    if ((action !== 'redact' && action !== 'refuse') || end <= from) continue;
    clean += text.slice(at, Math.max(start, from)) + redactionMark(rule.id);
    at = end;
  }
  return clean + text.slice(at);
}

async function cleanBytes(
  bytes: Uint8Array,
  path: string,
  policy: Policy,
): Promise<Omit<CleanBytes, 'epoch'>> {
  const notes: SecretNote[] = [];
  const findings: Finding[] = [];
  let clean = bytes;
  let isComplete = true;
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    const scan = await inTurns(scanInSteps(clean, policy.seeker));
    isComplete &&= scan.isComplete;
    const decided = scan.findings.map((finding) => decide(finding, policy));
    const redacted = decided.filter(({ action }) => action === 'redact');
    // A source's secret that stays is told once.
    const told = pass === 0 ? decided.filter(({ action }) => action !== 'off') : redacted;
    const [first, ...others] = told.filter(({ action }) => action === 'refuse').map(toFound);
    if (first !== undefined) throw refuse([first, ...others], path);
    notes.push(...told.map(toNote));
    if (pass === 0) findings.push(...redacted.map(({ finding }) => finding));
    if (redacted.length === 0) break;
    clean = redact(
      clean,
      redacted.map(({ finding }) => finding),
    );
  }
  const redactions = notes.flatMap(({ action, ...found }) => (action === 'kept' ? [] : [found]));
  return { bytes: clean, redactions, findings, warnings: toWarnings(notes, isComplete) };
}

interface Decided {
  readonly finding: Finding;
  readonly fingerprint: string;
  readonly action: SecretAction;
}

function decide(finding: Finding, policy: Policy): Decided {
  const fingerprint = toFingerprint(policy.key, finding.secret);
  const set = finding.place === 'source' ? policy.sources : policy.outputs;
  return { finding, fingerprint, action: actionFor(finding.rule, set, fingerprint, policy) };
}

/** What was purged goes whatever is set: to keep it would undo the purge. */
function actionFor(
  rule: string,
  set: SecretAction,
  fingerprint: string,
  { allowed }: Policy,
): SecretAction {
  if (rule === PURGED_RULE.id) return 'redact';
  return allowed.has(fingerprint) ? 'off' : set;
}

function toNote(decided: Decided): SecretNote {
  return { ...toFound(decided), action: decided.action === 'redact' ? 'redacted' : 'kept' };
}

function toFound({ finding, fingerprint }: Decided): FoundSecret {
  const { cell, index, place, output, start, end, rule, name, preview } = finding;
  return {
    ...{ cell: cell ?? null, index, place, output: output ?? null, start, end },
    ...{ rule, name, preview, fingerprint },
  };
}

function refuse(found: readonly [FoundSecret, ...FoundSecret[]], path: string): CellarError {
  const secrets = found.slice(0, MOST_REFUSED);
  const message = refusalWords(found[0], found.length, path);
  return new CellarError('secret_found', message, { path, secrets });
}

/** Runs work that pauses, and lets others have a turn there every few milliseconds. */
export async function inTurns<Result>(steps: Generator<undefined, Result>): Promise<Result> {
  let began = performance.now();
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (performance.now() - began < TURN_MS) continue;
    await setImmediate();
    began = performance.now();
  }
}
