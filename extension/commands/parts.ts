import type { NotebookPanel } from '@jupyterlab/notebook';
import type { LabIcon } from '@jupyterlab/ui-components';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import type { Restore, Restored } from '../../contract/capture.js';
import type { CompareSides, Revisions } from '../../contract/compare.js';
import type { ExportChoice } from '../../contract/export.js';
import type { HistoryPage, HistoryQuery, Notebook } from '../../contract/history.js';
import type { RegisteredAnswer, RegisterRequest, Registrations } from '../../contract/models.js';
import type { Artifact, Snapshot } from '../../contract/snapshot.js';
import type { Pause, Workspace } from '../../contract/workspace.js';
import type { CaptureBoard } from '../capture/capture-board.js';
import type { Captures } from '../capture/captures.js';
import type { Outbox } from '../capture/outbox.js';

/** What the commands ask of the server; each call rejects with what toProblem (model) explains. */
export interface Server {
  workspace(): Promise<Workspace>;
  notebooks(): Promise<readonly Notebook[]>;
  findNotebook(path: string): Promise<Notebook | undefined>;
  history(notebook: string, query: HistoryQuery): Promise<HistoryPage>;
  snapshot(id: string): Promise<Snapshot>;
  restore(id: string, request: Restore): Promise<Restored>;
  pin(id: string, pinned: boolean): Promise<void>;
  pause(request: Pause): Promise<void>;
  loginLink(target: string): Promise<string>;
  revisions(path: string): Promise<Revisions>;
  artifactUrl(artifact: Pick<Artifact, 'name' | 'sha256'>): string;
  exportUrl(chosen: ExportChoice): string;
}

/** What the commands ask of the server about registered models. */
export interface Registering {
  registrations(runs: readonly string[]): Promise<Registrations>;
  register(asked: RegisterRequest): Promise<RegisteredAnswer>;
}

/** What the commands act on and through. */
export interface Parts {
  readonly client: Server;
  readonly models: Registering;
  readonly captures: Captures;
  readonly outbox: Outbox;
  readonly board: CaptureBoard;
  /** The address at which this browser reaches the server, ending in "/". */
  readonly base: string;
  currentNotebook(): NotebookPanel | undefined;
  /** What is selected in the file browser. */
  selectedFiles(): readonly SelectedFile[];
  showHistory(path: string): void;
  openComparison(asked: CompareSides): Promise<void>;
  /** Shows what a node of the lineage came from and led to; of a run, at a cell. */
  openLineage(node: string, cell?: string): Promise<void>;
  /** Shows the merge that a notebook waits for, or says that there is none. */
  openMerge(path: string): Promise<void>;
  /** Resolves once its tab is there and in front. */
  openNotebook(path: string): Promise<void>;
  /** Opens a menu of commands below the button of this name in the toolbar of the notebook in front. */
  openMenu(button: string, commands: readonly string[]): void;
  openSettings(): void;
  /** The server was told to pause or resume: what is known of it is old. */
  refreshStates(): void;
}

export interface SelectedFile {
  readonly path: string;
  readonly type: string;
}

/** The arguments that a command was called with. */
export type Args = ReadonlyPartialJSONObject;

/** One command; `add` in register.ts gives it its parts. */
export interface Command {
  readonly id: string;
  /** Listed in the palette when it makes sense without arguments. */
  readonly inPalette?: boolean;
  label(parts: Parts, args: Args): string;
  readonly caption?: string;
  readonly icon?: LabIcon;
  isEnabled?(parts: Parts, args: Args): boolean;
  isVisible?(parts: Parts, args: Args): boolean;
  execute(parts: Parts, args: Args): Promise<void> | void;
}

/** Nothing is known to stand in the way of writing into the store. */
export function isWritable({ board }: Parts): boolean {
  return board.state.obstacle === undefined;
}

/** An argument that must be a text; undefined when it is absent or something else. */
export function textArg(args: Args, name: string): string | undefined {
  const value = args[name];
  return typeof value === 'string' ? value : undefined;
}

/**
 * The notebook that a command is about: the one named, else, called from the file browser's menu, the one selected there, else the
 * one in front.
 */
export function targetPath(parts: Parts, args: Args): string | undefined {
  const named = textArg(args, 'path');
  if (named !== undefined) return named;
  if (args['from'] === 'files')
    return parts.selectedFiles().find((file) => file.type === 'notebook')?.path;
  return parts.currentNotebook()?.context.localPath;
}
