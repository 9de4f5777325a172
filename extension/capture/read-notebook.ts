import type { ICellModel } from '@jupyterlab/cells';
import type { INotebookModel } from '@jupyterlab/notebook';

import { findBundles, type Shown } from './bundles.js';
import { whenIdle } from './clock.js';
import type { JSONObject } from './json.js';
import { keepsIds, toCellText, toNotebookText } from './notebook-text.js';
import type { Captured } from './to-burst.js';

/** What is read from an open notebook: its text, its cells, and the bundles of the cells that ran. */
export type NotebookRead = Pick<Captured, 'content' | 'cells' | 'code' | 'bundles'>;

/** The name under which each reading's main-thread time is measured (performance.measure). */
export const READ_MEASURE = 'cellar:read-notebook';

const MOST_RESTARTS = 3;

/** The notebook as the editor holds it, at once. */
export function readNotebook(model: INotebookModel, ran: ReadonlySet<string>): NotebookRead {
  const reader = new Reader(model, ran);
  while (reader.step());
  return reader.finish();
}

/**
 * The same in slices that keep the main thread free; a change in between starts it over, so that all cells are of one moment.
 * Undefined when the notebook was closed first.
 */
export async function readWhenIdle(
  model: INotebookModel,
  ran: ReadonlySet<string>,
): Promise<NotebookRead | undefined> {
  let isChanged = false;
  const onChange = (): void => {
    isChanged = true;
  };
  model.contentChanged.connect(onChange);
  try {
    for (let restarts = 0; restarts < MOST_RESTARTS; restarts += 1) {
      const slice = await whenIdle();
      if (model.isDisposed) return undefined;
      isChanged = false;
      const read = await readInSlices(new Reader(model, ran), slice, () => isChanged);
      if (read !== undefined) return read;
      if (model.isDisposed as boolean) return undefined;
    }
    return readNotebook(model, ran);
  } finally {
    model.contentChanged.disconnect(onChange);
  }
}

async function readInSlices(
  reader: Reader,
  first: Awaited<ReturnType<typeof whenIdle>>,
  isStale: () => boolean,
): Promise<NotebookRead | undefined> {
  let slice = first;
  let began = performance.now();
  while (reader.step()) {
    if (!slice.isOver()) continue;
    measure(began);
    slice = await whenIdle();
    began = performance.now();
    if (isStale()) return undefined;
  }
  const read = reader.finish();
  measure(began);
  return read;
}

function measure(start: number): void {
  performance.measure(READ_MEASURE, { start, end: performance.now() });
}

/** Reads one cell a step. */
class Reader {
  readonly #model: INotebookModel;
  readonly #ran: ReadonlySet<string>;
  readonly #keepsIds: boolean;
  readonly #texts: string[] = [];
  readonly #cells: string[] = [];
  readonly #code: Captured['code'][number][] = [];
  readonly #bundles: Captured['bundles'][number][] = [];

  constructor(model: INotebookModel, ran: ReadonlySet<string>) {
    this.#model = model;
    this.#ran = ran;
    this.#keepsIds = keepsIds(model.nbformat, model.nbformatMinor);
  }

  /** False when there was no cell left. */
  step(): boolean {
    const at = this.#cells.length;
    if (this.#model.isDisposed || at >= this.#model.cells.length) return false;
    const cell: ICellModel = this.#model.cells.get(at);
    const id = cell.sharedModel.getId();
    const json = cell.sharedModel.toJSON() as unknown as JSONObject;
    this.#cells.push(id);
    this.#texts.push(toCellText(json, { keepsIds: this.#keepsIds }));
    if (cell.type === 'code') {
      this.#code.push({ id, source: cell.sharedModel.getSource() });
      if (this.#ran.has(id))
        for (const bundle of findBundles((json.outputs ?? []) as readonly Shown[]))
          this.#bundles.push({ cell: id, bundle });
    }
    return true;
  }

  finish(): NotebookRead {
    const { sharedModel, nbformat, nbformatMinor } = this.#model;
    return {
      content: toNotebookText({
        cells: this.#texts,
        metadata: sharedModel.getMetadata(),
        nbformat,
        nbformatMinor,
      }),
      cells: this.#cells,
      code: this.#code,
      bundles: this.#bundles,
    };
  }
}
