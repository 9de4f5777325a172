import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A cell or an output as nbformat 4.5 writes it. */
export type Json = Readonly<Record<string, unknown>>;

/** A notebook for ipykernel of these cells. */
export function notebook(...cells: readonly Json[]): Json {
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {
      kernelspec: { name: 'python3', display_name: 'Python 3 (ipykernel)', language: 'python' },
      language_info: { name: 'python' },
    },
    cells,
  };
}

/** A code cell, as one that has run when it has outputs. */
export function code(id: string, source: string, outputs: readonly Json[] = []): Json {
  const count = outputs.length === 0 ? null : 1;
  return { id, cell_type: 'code', metadata: {}, execution_count: count, source, outputs };
}

/** The output of a display call. */
export function display(data: Json): Json {
  return { output_type: 'display_data', data, metadata: {} };
}

/** What `cellar.log` displays. */
export function logged(metrics: Readonly<Record<string, number>>): Json {
  return display({ 'application/vnd.cellar.v1+json': { metrics }, 'text/plain': 'metrics' });
}

/** Writes a notebook's file. */
export async function writeNotebook(folder: string, name: string, content: Json): Promise<void> {
  await writeFile(join(folder, name), `${JSON.stringify(content, null, 1)}\n`);
}
