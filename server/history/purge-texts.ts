import { isDeepStrictEqual } from 'node:util';

import { CellarError } from '../errors.js';
import { parseJson } from '../notebook/json.js';
import { createSeeker } from '../notebook/secrets/find.js';
import { plainTexts } from '../notebook/secrets/known-texts.js';
import { redact, redactionMark } from '../notebook/secrets/redact.js';
import { PURGED_RULE } from '../notebook/secrets/rules.js';
import { scanInSteps } from '../notebook/secrets/scan.js';
import type { Store } from '../store/store.js';
import type { Names } from './purge-names.js';
import { cleanJson } from './purge-strings.js';
import { inTurns } from './secrets.js';
import { formatStored, TRAILERS } from './state.js';
import { mapTexts, ROW_FIELDS } from './stored-texts.js';

const MARK = redactionMark(PURGED_RULE.id);

/** Takes texts out of what is kept, in every form that they may have there. */
export interface Remover {
  /** Every form of every text, as purged texts are remembered. */
  readonly forms: readonly string[];
  /** Without the texts; undefined where there was none. */
  plain(bytes: Uint8Array): Buffer | undefined;
  /** The same for a text. */
  text(text: string): string | undefined;
  /** The same for a notebook's file, where a text may be cut into several strings. What was JSON is JSON then. */
  notebook(bytes: Uint8Array): Promise<Buffer | undefined>;
  /** The same for JSON of our own, whose ids, hashes, times and numbers stay; paths are as `names` has them. */
  stored(bytes: Uint8Array, names: Names): Buffer | undefined;
  /** The same for such JSON that stands in lines. */
  lines(bytes: Uint8Array, names: Names): Buffer | undefined;
  /** True when a value, such as a row or a record, holds a text where a person has written. */
  isIn(value: unknown): boolean;
}

/** The mark in names: of files, which some systems let have no colon. */
const NAME_MARK = '[purged]';
/** What a notebook's JSON is made of (nbformat 3 and 4): without these words it is no notebook. */
const NOTEBOOK_WORDS = [
  ...['worksheets', 'metadata', 'nbformat', 'nbformat_minor', 'cell_type', 'execution_count'],
  ...[
    'prompt_number',
    'outputs',
    'output_type',
    'source',
    'input',
    'heading_collapsed',
    'markdown',
  ],
  ...['attachments', 'stream', 'display_data', 'execute_result', 'pyout', 'pyerr', 'traceback'],
  ...['stdout', 'stderr', 'evalue', 'kernelspec', 'language_info', 'display_name', '.ipynb'],
];

/** What takes these texts out; a mark stands where each was, as at the intake. */
export function createRemover(texts: readonly string[]): Remover {
  const forms = [...new Set(texts.flatMap(toForms))].sort((a, b) => b.length - a.length);
  const needles = forms.map((form) => Buffer.from(form));
  const seeker = createSeeker({
    listed: [],
    known: { texts: plainTexts(texts), rule: PURGED_RULE },
  });
  const plain = (bytes: Uint8Array): Buffer | undefined => {
    let clean = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let isChanged = false;
    for (const needle of needles) {
      if (!clean.includes(needle)) continue;
      clean = replaceAll(clean, needle);
      isChanged = true;
    }
    return isChanged ? clean : undefined;
  };
  const text = (value: string): string | undefined => {
    const clean = forms.reduce((left, form) => left.replaceAll(form, MARK), value);
    return clean === value ? undefined : clean;
  };
  const holds = (bytes: Buffer): boolean => needles.some((needle) => bytes.includes(needle));
  const isNumber = (lexeme: string): boolean => texts.includes(lexeme.replace(/^-|[.]0+$/g, ''));
  const cleanPath = (path: string, names: Names): string => {
    const clean = names.path(path);
    if (text(clean) !== undefined) throw refusePath();
    return clean;
  };
  const stored = (bytes: Uint8Array, names: Names): Buffer | undefined => {
    const content = toBuffer(bytes);
    if (!holds(content)) return undefined;
    const value = tryParse(content);
    // Written by hand, and nothing of it is read.
    if (value === undefined) return plain(content);
    const clean = mapTexts(value, (each, kind) => {
      if (kind === 'cell' && text(each) !== undefined) throw refuseCell();
      if (kind === 'path') return cleanPath(each, names);
      return kind === 'text' ? text(each) : undefined;
    });
    return isDeepStrictEqual(clean, value) ? undefined : formatStored(clean);
  };
  return {
    forms,
    plain,
    text,
    notebook: async (bytes) => {
      const { findings } = await inTurns(scanInSteps(bytes, seeker));
      const assembled = findings.length === 0 ? undefined : Buffer.from(redact(bytes, findings));
      const content = toBuffer(assembled ?? bytes);
      // What is opaque to the scan, such as a payload of no text, must not keep it either.
      const clean = isJson(content)
        ? cleanJson(content, { text, holds, isNumber, mark: MARK })
        : plain(content);
      return clean ?? assembled;
    },
    stored,
    lines: (bytes, names) => {
      const content = toBuffer(bytes);
      if (!holds(content)) return undefined;
      const lines = content.toString('utf8').split('\n');
      const clean = lines.map((line) => {
        if (line === '') return line;
        const made = stored(Buffer.from(line), names);
        return made === undefined ? line : JSON.stringify(JSON.parse(made.toString('utf8')));
      });
      const made = Buffer.from(clean.join('\n'));
      return made.equals(content) ? undefined : made;
    },
    isIn: (value) => {
      let isFound = false;
      mapTexts(
        value,
        (each, kind) => {
          isFound ||= kind !== 'ours' && kind !== 'cell' && text(each) !== undefined;
          return undefined;
        },
        { named: ROW_FIELDS },
      );
      return isFound;
    },
  };
}

/** The name of a file or folder without texts; undefined where there was none. */
export function cleanName(remover: Remover, name: string): string | undefined {
  return remover.text(name)?.replaceAll(MARK, NAME_MARK);
}

function tryParse(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function refuseCell(): CellarError {
  return new CellarError(
    'bad_request',
    'The text is a part of the id of a cell, which is made by chance, and cannot be purged. Give more of the secret.',
  );
}

function refusePath(): CellarError {
  return new CellarError(
    'bad_request',
    'The text is a part of a path of several names, and cannot be purged as one. Give each of the names.',
  );
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** What was kept before a restore, or brought in, may be no notebook, and no JSON. */
function isJson(bytes: Buffer): boolean {
  try {
    parseJson(bytes.toString('utf8').replace(/^\ufeff/, ''));
    return true;
  } catch (error) {
    if (error instanceof CellarError) return false;
    throw error;
  }
}

/** Throws bad_request for a text that the store itself needs: to take it out would damage what it stands in. */
export async function checkPurgeable(store: Store, texts: readonly string[]): Promise<void> {
  const ids = (await store.catalog.runs()).map(({ id }) => id);
  for (const { id } of await store.catalog.notebooks())
    ids.push(id, ...(await historyIds(store, id)));
  const own = [MARK, NAME_MARK, '.cellar', '.gitattributes', ...NOTEBOOK_WORDS];
  own.push(...Object.values(TRAILERS), ...ids);
  for (const text of texts)
    if (own.some((word) => word.includes(text)))
      throw new CellarError(
        'bad_request',
        'The text is a part of a name that Cellar itself has given, so it is no secret and cannot be purged.',
      );
}

async function historyIds({ catalog }: Store, notebook: string): Promise<readonly string[]> {
  return (await catalog.history(notebook)).map(({ id }) => id);
}

/** A text as it is, as JSON has it (Python's escapes all but ASCII), and as JSON within a string of JSON. */
function toForms(text: string): readonly string[] {
  const once = [escapeJson(text), escapeAscii(escapeJson(text))];
  return [text, ...once, ...once.flatMap((form) => [escapeJson(form)])];
}

function escapeJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function escapeAscii(text: string): string {
  return text.replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function replaceAll(bytes: Buffer, needle: Buffer): Buffer<ArrayBuffer> {
  const mark = Buffer.from(MARK);
  const parts: Buffer[] = [];
  let from = 0;
  for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, from)) {
    parts.push(bytes.subarray(from, at), mark);
    from = at + needle.length;
  }
  return Buffer.concat([...parts, bytes.subarray(from)]);
}
