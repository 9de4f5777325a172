import type { AskedCell } from '../notebook/shown-cells.js';
import { READ_CELLS, type CellsInput, type CellsOutput } from './cells-task.js';
import type { NotebookSource } from './compare.js';
import type { Pool } from './pool.js';
import { toMovable, type Parcel } from './task.js';

const TIME_BOX_MS = 20_000;

/** Notebooks up to this many bytes are read without a thread, which takes longer to start than they take to be read. */
const SMALL_BYTES = 256 * 1024;

/** Reads cells of a notebook with their outputs, `most` UTF-16 code units of these at most. Throws as parseNotebook does. */
export async function readCells(
  pool: Pool,
  source: NotebookSource,
  asked: { readonly cells: readonly AskedCell[]; readonly most: number },
): Promise<CellsOutput> {
  const toParcel = async (): Promise<Parcel<CellsInput>> => {
    const bytes = toMovable(await source.read());
    const value = { notebook: { bytes, path: source.path }, ...asked };
    return { value, transfer: [bytes.buffer] };
  };
  if (source.size > SMALL_BYTES)
    return pool.run(READ_CELLS, { input: toParcel, timeBox: TIME_BOX_MS });
  const { run } = await import('./cells.task.js');
  return (await run((await toParcel()).value)).value;
}
