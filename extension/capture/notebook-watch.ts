import type { Cell, ICodeCellModel } from '@jupyterlab/cells';
import type { INotebookModel, NotebookPanel } from '@jupyterlab/notebook';
import type { Kernel, KernelMessage } from '@jupyterlab/services';
import { MessageLoop, type Message } from '@lumino/messaging';

import type { Burst } from '../../contract/capture.js';
import {
  BurstTracker,
  type BurstProgress,
  type EndedBurst,
  type KernelActivity,
} from './burst-tracker.js';
import { readTimes, toTime, type CellTimes } from './cell-times.js';
import type { Clock } from './clock.js';
import { KernelLog } from './kernel-log.js';

export interface NotebookWatchOptions {
  readonly clock: Clock;
  readonly quiet: () => number;
  readonly onBurst: (watch: NotebookWatch, ended: WatchedBurst) => void;
  readonly onProgress: (watch: NotebookWatch, progress: BurstProgress) => void;
  readonly onKernelGone: (watch: NotebookWatch) => void;
  readonly onSaving: (watch: NotebookWatch, isSaving: boolean) => void;
  readonly onSaved: (watch: NotebookWatch) => void;
  readonly onKernel: (kernel: string, isBusy: boolean) => void;
  readonly isOtherBusy: (kernel: string | undefined) => boolean;
}

/** A burst that is over; `alone` is false when another kernel was busy during it, `isClosing` when its tab is about to go. */
export interface WatchedBurst {
  readonly ended: EndedBurst;
  readonly alone: boolean;
  readonly isClosing: boolean;
}

/** Turns the signals of one open notebook into bursts and saves. The signals and their gaps: every case is tested in BurstTracker. */
export class NotebookWatch {
  readonly log = new KernelLog();
  /** False when nothing in the notebook changed since it was last captured. */
  isChanged = true;
  /** Where the save under way goes when that is not the notebook's own path (Save As). */
  savedAs: string | undefined;
  readonly #options: NotebookWatchOptions;
  readonly #tracker: BurstTracker;
  /** The sources that were sent to the kernel, by cell: a person may type on while a cell runs. */
  readonly #sent = new Map<string, string>();
  /** When the kernel began an execution, by its count. */
  readonly #begun = new Map<number, number>();
  #alone = true;
  #isClosing = false;

  constructor(
    readonly panel: NotebookPanel,
    options: NotebookWatchOptions,
  ) {
    this.#options = options;
    this.#tracker = new BurstTracker({
      clock: options.clock,
      quiet: options.quiet,
      onEnd: (ended) => {
        options.onBurst(this, { ended, alone: this.#alone, isClosing: this.#isClosing });
      },
      onProgress: (progress) => {
        options.onProgress(this, progress);
      },
    });
    const { sessionContext, context } = panel;
    sessionContext.statusChanged.connect(this.#onStatus);
    sessionContext.kernelChanged.connect(this.#onKernelChanged);
    sessionContext.iopubMessage.connect(this.#onMessage);
    context.saveState.connect(this.#onSaveState);
    context.model.contentChanged.connect(this.#onContent);
    context.model.cells.changed.connect(this.#onCells);
    // A closing tab first asks; the widget and its model are gone before `disposed` reaches us.
    MessageLoop.installMessageHook(panel, this.#onMessageToPanel);
    if (sessionContext.session?.kernel)
      this.#onStatus(undefined, sessionContext.session.kernel.status);
  }

  /** In the workspace: without the name of the drive that collaboration puts before it. */
  get path(): string {
    return this.panel.context.localPath;
  }

  get model(): INotebookModel {
    return this.panel.context.model;
  }

  get kernelId(): string | undefined {
    return this.panel.sessionContext.session?.kernel?.id;
  }

  /** True between the last execution and the end of its burst, when a capture is about to come anyway. */
  get isSettling(): boolean {
    return this.#tracker.isOpen && !this.#tracker.isRunning;
  }

  /** The kernel as a version records it; null when there is none. */
  get kernel(): Burst['kernel'] {
    const kernel = this.panel.sessionContext.session?.kernel;
    if (!kernel) return null;
    const language = this.model.getMetadata('language_info') as
      { readonly name?: string; readonly version?: string } | undefined;
    return {
      id: kernel.id,
      name: kernel.name,
      displayName: this.panel.sessionContext.kernelDisplayName,
      ...(language?.name ? { language: language.name } : {}),
      ...(language?.version ? { version: language.version } : {}),
    };
  }

  /** JupyterLab sends a cell of this notebook to the kernel. */
  scheduled(cell: Cell): void {
    const id = cell.model.sharedModel.getId();
    this.#beginBurst();
    this.#sent.set(id, cell.model.sharedModel.getSource());
    this.#tracker.scheduled(id);
  }

  /** JupyterLab is through with a cell of this notebook. */
  executed(cell: Cell, ok: boolean): void {
    const id = cell.model.sharedModel.getId();
    const source = this.#sent.get(id) ?? cell.model.sharedModel.getSource();
    this.#sent.delete(id);
    this.#beginBurst();
    if (cell.model.type !== 'code' || source.trim() === '') {
      this.#tracker.rendered(id);
      return;
    }
    const count = (cell.model as ICodeCellModel).executionCount;
    if (count !== null) this.log.ran({ id, source, count, ok });
    this.#tracker.executed({ cell: id, ok, count, ...this.#timesOf(cell, count) });
  }

  /** Another kernel became busy. */
  othersBusy(): void {
    this.#alone = false;
  }

  dispose(): void {
    const { sessionContext, context } = this.panel;
    sessionContext.statusChanged.disconnect(this.#onStatus);
    sessionContext.kernelChanged.disconnect(this.#onKernelChanged);
    sessionContext.iopubMessage.disconnect(this.#onMessage);
    context.saveState.disconnect(this.#onSaveState);
    MessageLoop.removeMessageHook(this.panel, this.#onMessageToPanel);
    this.#tracker.dispose();
  }

  #beginBurst(): void {
    if (!this.#tracker.isOpen) this.#alone = !this.#options.isOtherBusy(this.kernelId);
  }

  #timesOf(cell: Cell, count: number | null): CellTimes {
    const recorded = readTimes(cell.model.getMetadata('execution'));
    if (recorded.started !== undefined || count === null) return recorded;
    const started = this.#begun.get(count);
    this.#begun.delete(count);
    return started === undefined ? {} : { started };
  }

  readonly #onStatus = (_: unknown, status: Kernel.Status): void => {
    const id = this.kernelId;
    if (id !== undefined) this.#options.onKernel(id, status === 'busy');
    const activity = toActivity(status);
    if (activity === 'gone') this.#kernelGone();
    else this.#tracker.kernel(activity);
  };

  readonly #onKernelChanged = (): void => {
    this.#kernelGone();
  };

  #kernelGone(): void {
    this.#tracker.kernelGone();
    this.log.restarted();
    this.#begun.clear();
    this.#sent.clear();
    this.#options.onKernelGone(this);
  }

  readonly #onMessage = (_: unknown, message: KernelMessage.IMessage): void => {
    if (message.header.msg_type !== 'execute_input') return;
    const { execution_count: count } = message.content as { readonly execution_count?: number };
    if (count !== undefined)
      this.#begun.set(count, toTime(message.header.date) ?? this.#options.clock.now());
  };

  readonly #onSaveState = (_: unknown, state: string): void => {
    this.#options.onSaving(this, state === 'started');
    if (state === 'completed') this.#options.onSaved(this);
  };

  readonly #onContent = (): void => {
    this.isChanged = true;
  };

  readonly #onCells = (): void => {
    if (!this.#tracker.isRunning) return;
    const { cells } = this.model;
    this.#tracker.keepOnly(new Set(Array.from(cells, (cell) => cell.sharedModel.getId())));
  };

  readonly #onMessageToPanel = (_: unknown, message: Message): boolean => {
    if (message.type === 'close-request') {
      this.#isClosing = true;
      this.#tracker.flush();
      this.#isClosing = false;
    }
    return true;
  };
}

function toActivity(status: Kernel.Status): KernelActivity | 'gone' {
  switch (status) {
    case 'busy':
    case 'idle':
      return status;
    case 'restarting':
    case 'autorestarting':
    case 'dead':
    case 'terminating':
      return 'gone';
    default:
      return 'away';
  }
}
