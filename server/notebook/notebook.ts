import type { CellChange, OutputChange } from '../../contract/diff.js';
import type { Kernel } from '../../contract/snapshot.js';
import type { Json, JsonObject } from './json-value.js';

export type CellType = CellChange['cellType'];
export type OutputType = OutputChange['outputType'];

/** The MIME types under which streams and errors stand in `Output.data`, as JupyterLab names them. */
export const STDOUT_MIME = 'application/vnd.jupyter.stdout';
export const STDERR_MIME = 'application/vnd.jupyter.stderr';
export const ERROR_MIME = 'application/vnd.jupyter.error';

/** A notebook of any format, in the words of nbformat 4. */
export interface Notebook {
  readonly format: { readonly major: number; readonly minor: number };
  /** The kernel's language in lower case; "" when the file does not say. */
  readonly language: string;
  readonly kernel: Kernel | null;
  readonly metadata: JsonObject;
  readonly cells: readonly Cell[];
  /** The file's JSON as it was. */
  readonly raw: JsonObject;
}

export interface Cell {
  readonly type: CellType;
  /** As in the file: may be missing, and may occur twice. */
  readonly id: string | undefined;
  readonly source: string;
  readonly outputs: readonly Output[];
  readonly metadata: JsonObject;
  readonly attachments: JsonObject;
  readonly executionCount: number | null;
}

/** One output; neighbouring stream outputs of one name are one, whatever else of a stream stood between them. */
export interface Output {
  readonly type: OutputType;
  /** Its place among the file's outputs of the cell (of the first, where several were joined). */
  readonly index: number;
  /** How many outputs of the file it is made of. */
  readonly chunks: number;
  /** The stream's name; "" for other outputs. */
  readonly name: string;
  /** By MIME type: text joined to one string, JSON types as JSON. */
  readonly data: ReadonlyMap<string, Json>;
  readonly metadata: JsonObject;
  readonly error: OutputError | null;
  readonly executionCount: number | null;
}

export interface OutputError {
  readonly name: string;
  readonly message: string;
}

/** MIME types whose value is JSON, not text (nbformat 4: application/json and application/…+json). */
export function isJsonMime(mime: string): boolean {
  return mime === 'application/json' || (mime.startsWith('application/') && mime.endsWith('+json'));
}

/** MIME types whose value is base64 text of bytes. */
export function isBinaryMime(mime: string): boolean {
  return (
    (/^(image|audio|video|font)\//.test(mime) && mime !== 'image/svg+xml') ||
    mime === 'application/pdf' ||
    mime === 'application/octet-stream'
  );
}
