import type { Snapshot } from '../../contract/snapshot.js';
import type { NotebookRow } from '../store/catalog/rows.js';

/** A version as an export tells of it. */
export interface ExportedVersion {
  /** In the history of its notebook, from 1. */
  readonly number: number;
  readonly snapshot: Snapshot;
  /** Within the notebook's folder. */
  readonly file: string;
  readonly artifacts: readonly {
    readonly name: string;
    readonly sha256: string;
    readonly size: number;
    /** Within the notebook's folder; null where the export has it not. */
    readonly file: string | null;
  }[];
}

/** The first words of an export's README.txt: a folder in which it stands may be replaced by another export. */
export const EXPORT_WORDS = 'Notebooks and their histories, exported from Cellar.';

export const README = `${EXPORT_WORDS} Nothing is needed to read them but what reads notebooks.

Each notebook has a folder with its name:

  0001 2026-11-23 14.32 <id>.ipynb   a version, byte for byte as it was kept: its number in the history (1 is the oldest),
                                     when it was kept (UTC), and the start of its id
  history.json                       every version: when, who, why, metrics, params, files
  history.csv                        the same as a table, for a spreadsheet; a text that one would take for a formula
                                     has a ' before it
  artifacts/<hash>/<name>            files that its runs made, each content once, where they were asked for;
                                     history.json says which version made which

Names that some system cannot hold are percent-encoded.
`;

/** Everything that is known of a notebook's versions, oldest first. */
export function toHistoryJson(notebook: NotebookRow, versions: readonly ExportedVersion[]): string {
  const told = versions.map(({ number, snapshot, file, artifacts }) => ({
    number,
    id: snapshot.id,
    file,
    time: snapshot.time,
    path: snapshot.path,
    message: snapshot.message,
    trigger: snapshot.trigger,
    clean: snapshot.clean,
    parent: snapshot.parent,
    restored: snapshot.restored,
    author: snapshot.author,
    kernel: snapshot.kernel,
    changed: snapshot.changed,
    executions: snapshot.executions,
    runs: snapshot.runs,
    artifacts,
  }));
  const { id, path, formerPaths, origin } = notebook;
  return `${JSON.stringify({ format: 1, id, path, formerPaths, origin, versions: told }, undefined, 1)}\n`;
}

/** A table with a row for each version, and a column for each metric and param; RFC 4180, UTF-8. */
export function toHistoryCsv(versions: readonly ExportedVersion[]): string {
  const told = versions.map(({ number, snapshot, file }) => {
    const { runs } = snapshot;
    return {
      facts: [
        ...[String(number), snapshot.id, file, snapshot.time, snapshot.path],
        ...[snapshot.message ?? '', snapshot.trigger, snapshot.author.name],
        snapshot.clean === null ? '' : String(snapshot.clean),
      ],
      metrics: new Map(runs.flatMap((run) => Object.entries(run.metrics))),
      params: new Map(runs.flatMap((run) => Object.entries(run.params))),
    };
  });
  const metrics = [...new Set(told.flatMap((row) => [...row.metrics.keys()]))];
  const params = [...new Set(told.flatMap((row) => [...row.params.keys()]))];
  const head = [
    ...['number', 'id', 'file', 'time', 'path', 'message', 'trigger', 'author', 'clean'],
    ...metrics.map((name) => `metric ${name}`),
    ...params.map((name) => `param ${name}`),
  ];
  const rows = told.map((row) => [
    ...row.facts,
    ...metrics.map((name) => String(row.metrics.get(name) ?? '')),
    ...params.map((name) => row.params.get(name) ?? ''),
  ]);
  return [head, ...rows].map((cells) => `${cells.map(toCell).join(',')}\r\n`).join('');
}

function toCell(text: string): string {
  // A spreadsheet runs what begins like this, unless it is a number.
  const isFormula = /^[=+\-@\t\r]/.test(text) && !/^[+-]?(\d|\.\d|Infinity)/.test(text);
  const plain = isFormula ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
