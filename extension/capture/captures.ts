import type { Cell } from '@jupyterlab/cells';
import {
  NotebookActions,
  type INotebookTracker,
  type Notebook,
  type NotebookPanel,
} from '@jupyterlab/notebook';
import type { Contents, Kernel } from '@jupyterlab/services';
import { UUID } from '@lumino/coreutils';

import type { CaptureBoard } from './capture-board.js';
import type { Clock } from './clock.js';
import { NotebookWatch, type WatchedBurst } from './notebook-watch.js';
import type { Outbox, Outcome } from './outbox.js';
import { readNotebook, readWhenIdle, type NotebookRead } from './read-notebook.js';
import { toBurst, type Reason } from './to-burst.js';

export interface CapturesOptions {
  readonly notebooks: INotebookTracker;
  readonly kernels: Kernel.IManager;
  readonly contents: Contents.IManager;
  readonly outbox: Outbox;
  readonly board: CaptureBoard;
  readonly clock: Clock;
  /** See BurstTracker. */
  readonly quiet: () => number;
  readonly onSaving: (path: string, isSaving: boolean) => void;
  /** A notebook was opened, or stands at another path now. */
  readonly onPath: (path: string) => void;
}

const NOTHING: ReadonlySet<string> = new Set();

/** Captures every open notebook: at the end of a burst, after a save, and when a person asks. */
export class Captures {
  readonly #options: CapturesOptions;
  readonly #watches = new Map<Notebook, NotebookWatch>();
  readonly #busy = new Set<string>();
  /** Captures of one notebook reach the outbox in the order of their causes, though large ones are read in slices. */
  readonly #turns = new WeakMap<NotebookWatch, Promise<unknown>>();

  constructor(options: CapturesOptions) {
    this.#options = options;
    options.notebooks.forEach((panel) => {
      this.#watch(panel);
    });
    options.notebooks.widgetAdded.connect((_, panel) => {
      this.#watch(panel);
    });
    NotebookActions.executionScheduled.connect(this.#onScheduled);
    NotebookActions.executed.connect(this.#onExecuted);
    options.kernels.runningChanged.connect(this.#onRunning);
  }

  /** Takes a version now, with the editor's unsaved changes; undefined when the notebook was closed meanwhile. */
  async take(panel: NotebookPanel, message?: string): Promise<Outcome | undefined> {
    const watch = this.#watches.get(panel.content);
    if (watch === undefined) return undefined;
    const reason: Reason = message === undefined ? { kind: 'manual' } : { kind: 'manual', message };
    return (await this.#capture(watch, NOTHING, () => reason))?.outcome;
  }

  /** The open notebook at a path; undefined when none is. */
  findPanel(path: string): NotebookPanel | undefined {
    return this.#options.notebooks.find((panel) => panel.context.localPath === path);
  }

  /** The paths of all open notebooks. */
  openPaths(): readonly string[] {
    return [...this.#watches.values()].map((watch) => watch.path);
  }

  /** What the notebook open at `from` is saving goes to `to`: the version belongs there. */
  savedAs(from: string, to: string): void {
    for (const watch of this.#watches.values()) {
      if (watch.path !== from) continue;
      watch.savedAs = to;
      // At once: the tab of the old name may be closed before it hears that it was saved.
      void this.#send(watch, readNotebook(watch.model, NOTHING), () => ({ kind: 'save' }), to);
    }
  }

  /** The notebook as the editor holds it, as JSON text. */
  textOf(panel: NotebookPanel): string {
    return readNotebook(panel.context.model, NOTHING).content;
  }

  #watch(panel: NotebookPanel): void {
    const options = this.#options;
    void panel.context.ready.then(() => {
      if (panel.isDisposed || this.#watches.has(panel.content)) return;
      if (!isOnServer(options.contents.driveName(panel.context.path))) return;
      const watch = new NotebookWatch(panel, {
        clock: options.clock,
        quiet: options.quiet,
        onBurst: this.#onBurst,
        onProgress: ({ path }, progress) => {
          options.board.setBurst(path, progress);
        },
        onKernelGone: ({ path }) => {
          options.board.kernelGone(path);
        },
        onSaving: ({ path }, isSaving) => {
          options.onSaving(path, isSaving);
        },
        onSaved: this.#onSaved,
        onKernel: this.#onKernel,
        isOtherBusy: (kernel) => [...this.#busy].some((id) => id !== kernel),
      });
      this.#watches.set(panel.content, watch);
      panel.disposed.connect(() => {
        watch.dispose();
        this.#watches.delete(panel.content);
      });
      panel.context.pathChanged.connect(() => {
        options.onPath(watch.path);
      });
      options.onPath(watch.path);
    });
  }

  readonly #onScheduled = (_: unknown, args: { notebook: Notebook; cell: Cell }): void => {
    this.#watches.get(args.notebook)?.scheduled(args.cell);
  };

  readonly #onExecuted = (
    _: unknown,
    args: { notebook: Notebook; cell: Cell; success: boolean },
  ): void => {
    this.#watches.get(args.notebook)?.executed(args.cell, args.success);
  };

  readonly #onKernel = (kernel: string, isBusy: boolean): void => {
    if (!isBusy) {
      this.#busy.delete(kernel);
      return;
    }
    this.#busy.add(kernel);
    for (const watch of this.#watches.values()) if (watch.kernelId !== kernel) watch.othersBusy();
  };

  /** Kernels that no open notebook has are known by Jupyter's list only, which is some seconds old. */
  readonly #onRunning = (_: unknown, running: readonly Kernel.IModel[]): void => {
    const own = new Set([...this.#watches.values()].map((watch) => watch.kernelId));
    for (const { id, execution_state: state } of running)
      if (!own.has(id)) this.#onKernel(id, state === 'busy');
    const alive = new Set(running.map((kernel) => kernel.id));
    for (const id of this.#busy) if (!alive.has(id)) this.#busy.delete(id);
  };

  readonly #onBurst = (watch: NotebookWatch, { ended, alone, isClosing }: WatchedBurst): void => {
    const { board } = this.#options;
    // Text that was only looked at, and rendered as before, is no new version.
    const isNew = ended.executions.length > 0 || watch.isChanged;
    if (!board.isOn(watch.path) || !isNew) {
      board.setBurst(watch.path, undefined);
      return;
    }
    const ran = new Set(ended.executions.map((one) => one.cell));
    const toReason = (read: NotebookRead): Reason => ({
      kind: 'burst',
      ended,
      clean: watch.log.isClean(read.code),
      stale: watch.log.findStale(read.code),
      alone,
    });
    if (isClosing) void this.#send(watch, readNotebook(watch.model, ran), toReason);
    else void this.#capture(watch, ran, toReason);
  };

  readonly #onSaved = (watch: NotebookWatch): void => {
    const to = watch.savedAs;
    watch.savedAs = undefined;
    if (to !== undefined) return;
    // The end of the burst is about to keep the same state, and more of what is known of it.
    if (watch.isSettling || !watch.isChanged || !this.#options.board.isOn(watch.path)) return;
    void this.#capture(watch, NOTHING, () => ({ kind: 'save' }));
  };

  /** Resolves once the version has its place in the outbox's order; `outcome` waits for the server. */
  #capture(
    watch: NotebookWatch,
    ran: ReadonlySet<string>,
    toReason: (read: NotebookRead) => Reason,
  ): Promise<{ readonly outcome: Promise<Outcome> } | undefined> {
    const turn = (this.#turns.get(watch) ?? Promise.resolve()).then(async () => {
      const read = await readWhenIdle(watch.model, ran);
      return read === undefined ? undefined : { outcome: this.#send(watch, read, toReason) };
    });
    this.#turns.set(
      watch,
      turn.catch(() => undefined),
    );
    return turn;
  }

  #send(
    watch: NotebookWatch,
    read: NotebookRead,
    toReason: (read: NotebookRead) => Reason,
    path = watch.path,
  ): Promise<Outcome> {
    watch.isChanged = false;
    const { kernel } = watch;
    const captured = { ...read, path, kernel: kernel ?? null };
    const burst = toBurst(UUID.uuid4(), captured, toReason(read));
    return this.#options.outbox.put({ kind: 'burst', burst });
  }
}

/** Other drives (a cloud's, the browser's) are not files of the server's disk, so nothing of them can be kept. */
function isOnServer(drive: string): boolean {
  return drive === '' || drive === 'RTC';
}
