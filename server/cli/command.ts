import type { FoundMerge } from '../tracking/merges.js';
import type { Connection } from './connection.js';

/** What a command is given of the world. */
export interface Context {
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Colour is wanted: standard output is a terminal and NO_COLOR is not set. */
  readonly color: boolean;
  /** Standard output is a terminal. */
  readonly terminal: boolean;
  /** Columns of the terminal. */
  readonly width: number;
  /** The words that start this very command: the interpreter and the script, absolute. */
  readonly program: readonly string[];
  out(text: string | Uint8Array): void;
  /** Words for people. */
  say(text: string): void;
  /** Shows a line to people in the place of the one shown last, or takes it away; nothing where nobody looks. */
  sketch(line: string | undefined): void;
  /** Aborted when the person ends the command, which then has to end by itself. */
  stopped(): AbortSignal;
  /** All of standard input. */
  input(): Promise<Uint8Array>;
  /** Shows text in a pager (a shell command) until the person leaves it; false when there is no such program. */
  page(pager: string, text: string): Promise<boolean>;
  /** Becomes or reaches the owner of the store at a root, which is made where there is none. */
  connect(root: string): Promise<Connection>;
  /** Serves a workspace until it is told to stop; gives the exit code. */
  serve(options: ServeOptions): Promise<number>;
  /** Lets a person merge in the browser; gives how many conflicts they left, undefined where they left without a result. */
  mergeInBrowser(options: MergeToolOptions): Promise<number | undefined>;
}

export interface MergeToolOptions {
  /** The merge as it is now; looked for anew at each request. */
  readonly find: () => Promise<FoundMerge | undefined>;
  readonly write: (bytes: Uint8Array) => Promise<void>;
  /** Open the browser; else its address is said only. */
  readonly openBrowser: boolean;
}

export interface ServeOptions {
  readonly root: string;
  readonly host: string;
  /** Undefined: the port this workspace had last, else any free one. */
  readonly port: number | undefined;
  readonly socket: string | undefined;
  /** Undefined: one is generated and printed. */
  readonly token: string | undefined;
  readonly kernelToken: string | undefined;
  readonly proxySecret: string | undefined;
  /** Where others reach the server: what links begin with that are written elsewhere. */
  readonly publicUrl: string | undefined;
  /** Ends when this process is gone. */
  readonly parent: number | undefined;
}

export type OptionKind = 'string' | 'boolean';

export interface Option {
  readonly kind: OptionKind;
  readonly short?: string;
  /** What the value is called in the help. */
  readonly value?: string;
  /** May be given several times: its values are then joined by commas. */
  readonly repeats?: boolean;
  readonly help: string;
}

/** One word of the command line, in a file of its own. */
export interface Command {
  readonly summary: string;
  /** After the command's name, e.g. "NOTEBOOK [-m TEXT]". */
  readonly usage: string;
  readonly options: Readonly<Record<string, Option>>;
  /** Least and most positional arguments. */
  readonly arguments: readonly [number, number];
  run(context: Context, call: Call): Promise<number>;
}

/** A parsed command line. */
export interface Call {
  readonly arguments: readonly string[];
  /** How many of the arguments stood before "--"; all of them where there is none. */
  readonly beforeDashes: number;
  /** The workspace's root, absolute. */
  readonly root: string;
  /** Given by --root, so it is meant as it is. */
  readonly rootIsGiven: boolean;
  /** There is a store at the root already. */
  readonly rootHasStore: boolean;
  readonly json: boolean;
  text(option: string): string | undefined;
  flag(option: string): boolean;
}

/** Exit codes: scripts and git drivers depend on them. */
export const DONE = 0;
export const NO = 1;
export const FAILED = 2;
