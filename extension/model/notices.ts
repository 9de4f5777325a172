import type { Kept } from '../../contract/capture.js';
import type { FoundSecret } from '../../contract/secrets.js';
import type { Client } from '../client/client.js';
import { toProblem, type Problem } from './problem.js';
import { Store } from './store.js';

/** What was done about a secret: a mark took its place, it was kept, or because of it nothing was. */
export type SecretOutcome = 'redacted' | 'kept' | 'refused';

/** What the person said of a secret: nothing yet, that it is none. `busy`: the server is being told. */
export type SecretAnswer =
  | { readonly kind: 'none'; readonly problem?: Problem }
  | { readonly kind: 'busy' }
  | { readonly kind: 'allowed'; readonly problem?: Problem };

/** One thing to say of how a notebook was kept; `key` tells it from the others of its notebook. */
export type Notice =
  | {
      readonly kind: 'secret';
      readonly key: string;
      readonly outcome: SecretOutcome;
      readonly secret: FoundSecret;
      readonly answer: SecretAnswer;
    }
  /** Something else that could not be kept, in the server's words. */
  | { readonly kind: 'other'; readonly key: string; readonly message: string };

export type SecretNotice = Extract<Notice, { kind: 'secret' }>;

interface Notices {
  /** By the notebook's path; each stays until it is dismissed. */
  readonly of: ReadonlyMap<string, readonly Notice[]>;
}

/** What was found or could not be kept while versions were, for each notebook, and what the person says to it. */
export class NoticesModel extends Store<Notices> {
  readonly #client: Pick<Client, 'allowSecret'>;
  /** The keys of what was dismissed, by path: it is not told again of the next version, which holds the same. */
  readonly #dismissed = new Map<string, ReadonlySet<string>>();
  /** Sends the version again that was refused last, by path. */
  readonly #again = new Map<string, () => void>();

  constructor(client: Pick<Client, 'allowSecret'>) {
    super({ of: new Map() });
    this.#client = client;
  }

  /** What there is to say of a notebook. */
  at(path: string | undefined): readonly Notice[] {
    return path === undefined ? [] : (this.state.of.get(path) ?? []);
  }

  /** A version was kept, with these warnings; what was refused before it is past. */
  kept(path: string, warnings: Kept['warnings']): void {
    this.#again.delete(path);
    const fresh = warnings.map(toNotice);
    const untold = fresh.filter(({ key }) => this.#dismissed.get(path)?.has(key) !== true);
    const old = this.at(path).filter((notice) => !isRefused(notice));
    this.#put(path, merge(old, untold));
  }

  /** No version was kept, because of these secrets; `again` sends it once more. */
  refused(path: string, secrets: readonly FoundSecret[], again: () => void): void {
    this.#again.set(path, again);
    const fresh = secrets.map((secret) => toSecretNotice(secret, 'refused'));
    this.#put(path, [...fresh, ...this.at(path).filter((notice) => !isRefused(notice))]);
  }

  /** Takes away all that is said of a notebook. */
  dismiss(path: string): void {
    const keys = this.at(path).map(({ key }) => key);
    this.#dismissed.set(path, new Set([...(this.#dismissed.get(path) ?? []), ...keys]));
    this.#again.delete(path);
    this.#put(path, []);
  }

  /** Lets go of the versions that were refused: they may hold what was purged. */
  forget(): void {
    this.#again.clear();
  }

  /** Tells the server that a secret is none, or takes that back; where nothing else was refused, the version is sent again. */
  async allow(path: string, key: string, allowed = true): Promise<void> {
    const notice = this.at(path).find((each) => each.key === key);
    if (notice?.kind !== 'secret' || notice.answer.kind === 'busy') return;
    const { fingerprint } = notice.secret;
    this.#answer(fingerprint, { kind: 'busy' });
    try {
      await this.#client.allowSecret(fingerprint, allowed);
    } catch (error) {
      this.#answer(fingerprint, { kind: allowed ? 'none' : 'allowed', problem: toProblem(error) });
      return;
    }
    this.#answer(fingerprint, { kind: allowed ? 'allowed' : 'none' });
    if (allowed) this.#sendAllowed();
    // The version that was refused is kept by now: only the next one will be again.
    else
      this.#put(
        path,
        this.at(path).filter((each) => !isRefused(each)),
      );
  }

  /** The notebook goes on at another path. */
  moved(from: string, to: string): void {
    const notices = this.at(from);
    const again = this.#again.get(from);
    this.#again.delete(from);
    if (again !== undefined) this.#again.set(to, again);
    const dismissed = this.#dismissed.get(from);
    this.#dismissed.delete(from);
    if (dismissed !== undefined) this.#dismissed.set(to, dismissed);
    const of = new Map(this.state.of);
    of.delete(from);
    if (notices.length > 0) of.set(to, notices);
    this.update({ of });
  }

  #sendAllowed(): void {
    for (const [path, again] of this.#again) {
      if (this.at(path).some(isRefused)) continue;
      this.#again.delete(path);
      again();
    }
  }

  /** One secret may stand at several places, in several notebooks. */
  #answer(fingerprint: string, answer: SecretAnswer): void {
    const change = (notice: Notice): Notice =>
      notice.kind === 'secret' && notice.secret.fingerprint === fingerprint
        ? { ...notice, answer }
        : notice;
    const of = new Map([...this.state.of].map(([path, notices]) => [path, notices.map(change)]));
    this.update({ of });
  }

  #put(path: string, notices: readonly Notice[]): void {
    const of = new Map(this.state.of);
    if (notices.length === 0) of.delete(path);
    else of.set(path, notices);
    this.update({ of });
  }
}

/** Old notices, each in its place with what is known of it now, and new ones behind them. What was answered stays so. */
function merge(old: readonly Notice[], fresh: readonly Notice[]): readonly Notice[] {
  const keys = new Set(old.map(({ key }) => key));
  const byKey = new Map(fresh.map((notice) => [notice.key, notice]));
  const kept = old.map((notice) => {
    const now = byKey.get(notice.key);
    if (now === undefined || now.kind !== 'secret' || notice.kind !== 'secret') return notice;
    return { ...now, answer: notice.answer };
  });
  return [...kept, ...[...byKey.values()].filter(({ key }) => !keys.has(key))];
}

/** True for what keeps a version from being kept, as long as nobody said that it is no secret. */
export function isRefused(notice: Notice): boolean {
  return (
    notice.kind === 'secret' && notice.outcome === 'refused' && notice.answer.kind !== 'allowed'
  );
}

function toNotice({ message, secret }: Kept['warnings'][number]): Notice {
  if (secret === undefined) return { kind: 'other', key: message, message };
  const { action, ...found } = secret;
  return toSecretNotice(found, action);
}

function toSecretNotice(secret: FoundSecret, outcome: SecretOutcome): SecretNotice {
  const { cell, index, place, output, fingerprint } = secret;
  // A cell that moved is the same one.
  const where = [cell === null || cell === '' ? index : cell, place, output].join(' ');
  return {
    kind: 'secret',
    key: `${outcome} ${where} ${fingerprint}`,
    outcome,
    secret,
    answer: { kind: 'none' },
  };
}
