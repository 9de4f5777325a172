import { Token } from '@lumino/coreutils';

import type { CompareSides } from '../../contract/compare.js';
import type { CaptureBoard } from '../capture/capture-board.js';
import type { Captures } from '../capture/captures.js';
import type { Outbox } from '../capture/outbox.js';
import type { Client } from '../client/client.js';
import type { ExternalClient } from '../client/external.js';
import type { ModelsClient } from '../client/models.js';
import type { NoticesModel } from '../model/notices.js';
import type { SpaceModel } from '../model/space.js';
import type { Memory } from '../model/memory.js';

/** What all plugins share: the server, what is captured, and what is remembered in this browser. */
export interface Cellar {
  readonly client: Client;
  readonly models: ModelsClient;
  readonly external: ExternalClient;
  /** The address at which this browser reaches the server, ending in "/". */
  readonly base: string;
  readonly memory: Memory;
  readonly board: CaptureBoard;
  /** What the workspace's store takes. */
  readonly space: SpaceModel;
  /** What was found or could not be kept while versions were. */
  readonly notices: NoticesModel;
  readonly outbox: Outbox;
  readonly captures: Captures;
  /** Asks the server again what is paused or ignored. */
  refreshStates(): void;
}

export const ICellar = new Token<Cellar>(
  'jupyterlab-cellar:ICellar',
  'Cellar: its server, what it captures, and what waits to be kept.',
);

/** The side panel with a notebook's versions. */
export interface History {
  show(path: string): void;
}

export const IHistory = new Token<History>(
  'jupyterlab-cellar:IHistory',
  'Shows the kept versions of a notebook.',
);

/** The views that compare two notebooks, or two states of one. */
export interface Comparisons {
  open(asked: CompareSides): Promise<void>;
}

export const IComparisons = new Token<Comparisons>(
  'jupyterlab-cellar:IComparisons',
  'Shows what differs between two notebooks, or two states of one.',
);

/** The views of runs and of lineage. */
export interface Lineages {
  /** Shows a node by any name that the API takes; of a run, at a cell. */
  open(node: string, cell?: string): Promise<void>;
}

export const ILineage = new Token<Lineages>(
  'jupyterlab-cellar:ILineage',
  'Shows runs, and what anything came from and led to.',
);

/** The views that resolve merges. */
export interface Merges {
  /** Shows the merge that a notebook waits for, or says that there is none. */
  open(path: string): Promise<void>;
}

export const IMerges = new Token<Merges>(
  'jupyterlab-cellar:IMerges',
  'Resolves the merge conflicts of a notebook.',
);
