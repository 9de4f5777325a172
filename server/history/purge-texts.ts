import { CellarError } from '../errors.js';
import { createSeeker } from '../notebook/secrets/find.js';
import { plainTexts } from '../notebook/secrets/known-texts.js';
import { redact, redactionMark } from '../notebook/secrets/redact.js';
import { PURGED_RULE } from '../notebook/secrets/rules.js';
import { scanInSteps } from '../notebook/secrets/scan.js';
import type { Store } from '../store/store.js';
import { inTurns } from './secrets.js';
import { TRAILERS } from './state.js';

const MARK = redactionMark(PURGED_RULE.id);

/** Takes texts out of what is kept, in every form that they may have there. */
export interface Remover {
  /** Every form of every text, as purged texts are remembered. */
  readonly forms: readonly string[];
  /** Without the texts; undefined where there was none. */
  plain(bytes: Uint8Array): Buffer | undefined;
  /** The same for a notebook's file, where a text may be cut into several strings. */
  notebook(bytes: Uint8Array): Promise<Buffer | undefined>;
}

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
  return {
    forms,
    plain,
    notebook: async (bytes) => {
      const { findings } = await inTurns(scanInSteps(bytes, seeker));
      const assembled = findings.length === 0 ? undefined : Buffer.from(redact(bytes, findings));
      // What is opaque to the scan, such as a payload of no text, must not keep it either.
      return plain(assembled ?? bytes) ?? assembled;
    },
  };
}

/** Throws bad_request for a text that the store itself needs: to take it out would damage what it stands in. */
export async function checkPurgeable(store: Store, texts: readonly string[]): Promise<void> {
  const ids = (await store.catalog.runs()).map(({ id }) => id);
  for (const { id } of await store.catalog.notebooks())
    ids.push(id, ...(await historyIds(store, id)));
  const own = [MARK, '.cellar', ...Object.values(TRAILERS), ...ids];
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
