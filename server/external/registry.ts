import type { ExternalEntry, NamedRegistry } from '../../contract/external.js';
import type { FindSecret } from './credentials.js';
import type { Patience } from './http.js';

/** A version that an entry of a registry has. */
export interface ExternalVersion {
  readonly version: string;
  readonly description: string;
  readonly tags: readonly Tag[];
  /** In milliseconds since 1970. */
  readonly updated: number;
  readonly aliases: readonly string[];
  /** In the registry's own words; empty where it knows none. */
  readonly stage: string;
  /** How it stands, in the registry's own words, e.g. "READY". */
  readonly stands: string;
}

export interface Tag {
  readonly name: string;
  readonly value: string;
}

/** A file that goes along with a version. */
export interface SentFile {
  /** Below the version's own folder: "model/MLmodel". */
  readonly name: string;
  readonly size: number;
  /** Its bytes, or some of them; ends are included. */
  read(range?: {
    readonly start: number;
    readonly end: number;
  }): Promise<AsyncIterable<Uint8Array>>;
}

/** A version that is to be there. */
export interface Registration {
  readonly entry: string;
  /** The same for each try of one registration, and no other's: what a try before has made is found by it, and not made again. */
  readonly key: string;
  readonly description: string;
  /** Names what it came from: cellar.snapshot, cellar.notebook, cellar.cell, cellar.run. */
  readonly tags: readonly Tag[];
  readonly files: readonly SentFile[];
}

/** How a registration is followed and ended. */
export interface Sending {
  readonly sent?: (bytes: number) => void;
  readonly signal: AbortSignal;
}

/** What people ask a registry for. */
export interface EntrySearch {
  /** A part of the name; "" is every entry. */
  readonly text: string;
  /** As the page before gave it. */
  readonly page: string | undefined;
  readonly signal?: AbortSignal;
}

/**
 * A registry elsewhere. Each call throws registry_away where it does not answer within the patience it was opened with, and
 * registry_refused, with the registry's words, where it says no.
 */
export interface ExternalRegistry {
  list(search: EntrySearch): Promise<{
    readonly entries: readonly ExternalEntry[];
    readonly next: string | null;
  }>;
  /** Undefined where there is none of this name. */
  findEntry(name: string, signal?: AbortSignal): Promise<ExternalEntry | undefined>;
  /** The newest first, at most a hundred; none where there is no such entry. */
  versions(entry: string, signal?: AbortSignal): Promise<readonly ExternalVersion[]>;
  findVersion(
    entry: string,
    version: string,
    signal?: AbortSignal,
  ): Promise<ExternalVersion | undefined>;
  /** Makes the entry where there is none, sends the files, and adds the version; gives its number. */
  addVersion(registration: Registration, sending: Sending): Promise<string>;
  /** Puts tags and a description on a version that is there. */
  describe(
    entry: string,
    version: string,
    words: { readonly tags: readonly Tag[]; readonly description?: string },
    signal?: AbortSignal,
  ): Promise<void>;
  /** Throws unauthenticated for a message that the registry has not signed with this secret a moment ago. */
  checkMessage(message: SignedMessage, secret: string): void;
}

/** What came to the webhook's address. */
export interface SignedMessage {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
  /** In milliseconds since 1970. */
  readonly now: number;
}

/** What an adapter is opened with. */
export interface RegistryParts {
  readonly registry: NamedRegistry;
  readonly findSecret: FindSecret;
  readonly patience: Patience;
}

/** One kind of registry; each is a file beside this one. */
export interface Adapter {
  open(parts: RegistryParts): ExternalRegistry;
  /** The page of an entry, or of one of its versions, for people. Asks nobody. */
  page(url: string, entry: string, version: string | null): string;
}
