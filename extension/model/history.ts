import type { CellarEvent } from '../../contract/events.js';
import type { ExpiredVersion } from '../../contract/expired.js';
import type { HistoryPage, HistoryQuery, HistoryRow, Notebook } from '../../contract/history.js';
import type { Client } from '../client/client.js';
import { isAbort } from '../client/errors.js';
import type { Subscription } from '../client/events.js';
import type { CaptureStatus } from './capture-status.js';
import { GoingOnLayout, NOTHING_GOES_ON, type Going } from './going-on.js';
import { appendOlder, findBefore, mergeNewest, toHistoryItems } from './history-items.js';
import { NOTHING, type HistoryState } from './history-state.js';
import type { Memory } from './memory.js';
import { readChoice, rememberChoice, type MetricChoice } from './metric-choice.js';
import { findExpired, toProblem } from './problem.js';
import { Store } from './store.js';

/** What the model is given: the server, where choices are remembered, and the clock (milliseconds since 1970). */
export interface HistoryParts {
  readonly client: Client;
  readonly memory: Memory;
  readonly now?: () => number;
}

const FIRST_ROWS = 100;
const MORE_ROWS = 500;
const TYPING_PAUSE = 200;
const EVENT_PAUSE = 50;
/** An id, or enough of its start to be one version's. */
const LIKE_AN_ID = /^[0-9a-z]{8,26}$/i;

/** The history of one notebook as a list that loads as it is scrolled, and follows the server's events. */
export class HistoryModel extends Store<HistoryState> {
  readonly #client: Client;
  readonly #memory: Memory;
  readonly #now: () => number;
  readonly #events: Subscription;
  #open: ReadonlySet<string> = new Set();
  #going = new GoingOnLayout();
  #through: number | undefined;
  #request: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor({ client, memory, now = Date.now }: HistoryParts) {
    super({ ...NOTHING, path: undefined, capture: undefined });
    this.#client = client;
    this.#memory = memory;
    this.#now = now;
    this.#events = client.events((event) => {
      this.#hear(event);
    });
  }

  #hear(event: CellarEvent): void {
    const mine = this.state.notebook?.id;
    switch (event.kind) {
      case 'generation':
      case 'links':
      case 'progress':
      case 'registry':
      case 'runs':
        return;
      case 'purged':
        this.#forget();
        return;
      case 'workspace':
        this.#later(() => this.#refresh(), EVENT_PAUSE);
        return;
      case 'snapshot':
      case 'notebook':
        if (mine === undefined || event.notebook === mine)
          this.#later(() => this.#refresh(), EVENT_PAUSE);
    }
  }

  /** What was loaded may hold what is purged: it goes at once, and is asked for anew. */
  #forget(): void {
    if (this.state.path === undefined) return;
    this.#stop();
    const { rows, items, total, metric, metrics, problem } = NOTHING;
    this.update({ rows, items, total, metric, metrics, problem, phase: 'loading' });
    void this.#load();
  }

  /** Shows another notebook, or none; the same path again changes nothing. */
  show(path: string | undefined): void {
    if (path === this.state.path) return;
    this.#stop();
    this.#open = new Set();
    this.#going = new GoingOnLayout();
    this.update({ ...NOTHING, path, phase: path === undefined ? 'idle' : 'loading' });
    if (path !== undefined) void this.#load();
  }

  /** Shows a notebook that is known already, a deleted one too. */
  showNotebook(notebook: Notebook): void {
    if (notebook.id === this.state.notebook?.id) return;
    this.#stop();
    this.#open = new Set();
    this.#going = new GoingOnLayout();
    this.update({ ...NOTHING, path: notebook.path, notebook, phase: 'loading' });
    void this.#load();
  }

  /** The notebook shown moved; its history stays where it is. */
  renamed(path: string): void {
    this.update({ path });
    this.#later(() => this.#refresh(), EVENT_PAUSE);
  }

  /** Asks again after a problem, or because something may be new. */
  async retry(): Promise<void> {
    await this.#refresh();
  }

  /** Reads the history by another metric, and remembers it for this notebook. */
  chooseMetric(name: string): void {
    this.#remember({ name });
    void this.#load();
  }

  /** Turns which way of the metric is better. */
  turnDirection(): void {
    const metric = this.state.metric;
    if (metric === null) return;
    this.#remember({
      name: metric.name,
      direction: metric.direction === 'higher' ? 'lower' : 'higher',
    });
    void this.#load();
  }

  /** Filters by words, a moment after the last keystroke. */
  search(text: string): void {
    this.update({ text });
    this.#later(() => this.#load(), TYPING_PAUSE);
  }

  /** Chooses a version; with `add` as the second beside the one chosen already. */
  select(id: string, add = false): void {
    const chosen = this.state.selection;
    if (!add || chosen === undefined) this.update({ selection: { id } });
    else if (chosen.id === id || chosen.other === id)
      this.update({ selection: { id: chosen.id === id ? (chosen.other ?? id) : chosen.id } });
    else this.update({ selection: { id: chosen.id, other: id } });
  }

  /** Opens or closes a fold of automatic versions. */
  toggleFold(key: string): void {
    const open = new Set(this.#open);
    if (!open.delete(key)) open.add(key);
    this.#open = open;
    this.#layOut(this.state.rows, this.state.total);
  }

  /** The day's words change at midnight; called now and then by the view. */
  tick(): void {
    this.#layOut(this.state.rows, this.state.total);
  }

  /** The version that a click on this one compares with; undefined for the oldest. */
  findBefore(id: string): string | undefined {
    return findBefore(this.state.rows, id);
  }

  /** What capture is doing, told by whoever captures. */
  setCapture(capture: CaptureStatus | undefined): void {
    this.update({ capture });
  }

  /** What runs now, told by whoever follows it; it stands above the versions, or in the newest of them. */
  setGoing(going: Going): void {
    this.#going.take(going, this.state.rows[0]);
    this.#layOut(this.state.rows, this.state.total);
  }

  /** Loads the next older rows, when the list has been scrolled to them. */
  async loadMore(): Promise<void> {
    const { notebook, rows, total, busy } = this.state;
    if (notebook === undefined || busy || rows.length >= total) return;
    await this.#ask(async (signal) => {
      const page = await this.#client.history(
        notebook.id,
        { ...this.#query(notebook), offset: rows.length, limit: MORE_ROWS, through: this.#through },
        signal,
      );
      const all = appendOlder(this.state.rows, page.rows);
      // A page with nothing new is the end, whatever the total says: rows may have been thinned out meanwhile.
      this.#layOut(all, all.length === this.state.rows.length ? all.length : page.total);
    });
  }

  /** Ends requests and the subscription. */
  dispose(): void {
    this.#stop();
    this.#events.dispose();
  }

  async #load(): Promise<void> {
    await this.#newest((page) => page.rows);
  }

  async #refresh(): Promise<void> {
    if (this.state.path === undefined) return;
    await this.#newest((page) => mergeNewest(this.state.rows, page.rows));
  }

  /** Reads the first page anew; `combine` says which rows there are then. */
  async #newest(combine: (page: HistoryPage) => readonly HistoryRow[]): Promise<void> {
    const path = this.state.path;
    if (path === undefined) return;
    this.#stop();
    await this.#ask(async (signal) => {
      const notebook = this.state.notebook ?? (await this.#client.findNotebook(path));
      if (signal.aborted) return;
      if (notebook === undefined) {
        this.update({ phase: 'empty' });
        return;
      }
      const query = { ...this.#query(notebook), limit: FIRST_ROWS };
      const page = await this.#client.history(notebook.id, query, signal);
      this.#through = page.through;
      const { metric, metrics } = page;
      this.update({ notebook: page.notebook, metric, metrics });
      this.#layOut(combine(page), page.total);
      const expired = page.total === 0 ? await this.#findExpired(signal) : undefined;
      this.update({ phase: page.total === 0 ? 'empty' : 'ready', expired });
    });
  }

  /** What the search names when it is the id of a version that has expired. */
  async #findExpired(signal: AbortSignal): Promise<ExpiredVersion | undefined> {
    const text = this.state.text.trim();
    if (!LIKE_AN_ID.test(text)) return undefined;
    const expired = await this.#client.snapshot(text).then(() => undefined, findExpired);
    signal.throwIfAborted();
    return expired;
  }

  /** Runs one request, the only one; a failure becomes the state's problem. */
  async #ask(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const request = new AbortController();
    this.#request = request;
    this.update({ busy: true });
    try {
      await work(request.signal);
      if (this.#request === request) this.update({ problem: undefined });
    } catch (error) {
      if (this.#request !== request || isAbort(error)) return;
      const { phase } = this.state;
      this.update({ problem: toProblem(error), phase: phase === 'loading' ? 'failed' : phase });
    } finally {
      if (this.#request === request) {
        this.#request = undefined;
        this.update({ busy: false });
      }
    }
  }

  #query(notebook: Notebook): HistoryQuery {
    const choice = readChoice(this.#memory, notebook.id);
    const text = this.state.text.trim();
    return {
      ...(choice === undefined ? {} : { metric: choice.name, direction: choice.direction }),
      ...(text === '' ? {} : { text }),
    };
  }

  #remember(choice: MetricChoice): void {
    const id = this.state.notebook?.id;
    if (id !== undefined) rememberChoice(this.#memory, id, choice);
  }

  #layOut(rows: readonly HistoryRow[], total: number): void {
    const flat = this.state.text.trim() !== '';
    // A search looks for what is kept.
    const going = flat ? NOTHING_GOES_ON : this.#going.layOut(rows[0]);
    const parts = { total, flat, now: this.#now(), open: this.#open, going };
    const items = toHistoryItems(rows, parts);
    this.update({ rows, items, total });
  }

  #later(work: () => Promise<void>, wait: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void work(), wait);
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#request?.abort();
    this.#request = undefined;
    this.update({ busy: false });
  }
}
