import { isBinaryMime, isJsonMime } from '../notebook.js';
import { JsonBytes, NoJsonError, type StringSpan } from './json-bytes.js';

/** Where in a notebook a text stands. */
export interface TextPlace {
  /** The cell's id, "" where it has none; undefined for the notebook's own metadata, and for a file that is no notebook. */
  readonly cell: string | undefined;
  /** The cell's, from 0; -1 for no cell. */
  readonly index: number;
  readonly place: 'source' | 'output' | 'metadata' | 'file';
  /** Of an output: its index in the file. */
  readonly output: number | undefined;
}

/** A text of a notebook: the strings that make it up, in order. */
export interface TextSpan extends TextPlace {
  /** "lines": the strings on end; "frames": on a line each; "json": as they stand, with the JSON around them. */
  readonly kind: 'lines' | 'frames' | 'json';
  readonly strings: readonly StringSpan[];
  /** The bytes from the first string, or the JSON's beginning, to the end. */
  readonly start: number;
  readonly end: number;
  /** Of a stream's text: its name. Neighbours of one name are one text. */
  readonly stream: string | undefined;
}

type Draft = Omit<TextSpan, 'cell' | 'index'>;

/** MIME types beside nbformat's binary ones whose payload is no text that a secret is read in. */
const OPAQUE =
  /^(image|audio|video|font|model)\/|[/+.-](zip|gzip|tar|arrow|parquet|wasm|msgpack)\b/;
/** Outputs of nbformat 3 have their payloads under these short names. */
const OLD_PICTURES: ReadonlySet<string> = new Set(['png', 'jpeg', 'svg', 'pdf']);
const PLAIN_NAMES: ReadonlySet<string> = new Set(['cell_type', 'id', 'output_type', 'nbformat']);

/** Every text of a notebook's file that a secret may stand in, in order. Throws NoJsonError where the bytes are no JSON object. */
export function listTexts(bytes: Uint8Array): readonly TextSpan[] {
  const reader = new JsonBytes(bytes);
  // A text that begins with a word is read as one value, and what follows it would not be looked at.
  if (!reader.is('{')) throw new NoJsonError();
  const texts: TextSpan[] = [];
  let index = 0;
  const cells = (): void => {
    reader.array(() => {
      readCell(reader, index, texts);
      index += 1;
    });
  };
  reader.object((name) => {
    if (name === 'cells') cells();
    else if (name === 'worksheets')
      reader.array(() => {
        reader.object((inner) => {
          if (inner === 'cells') cells();
          else texts.push(atNotebook(readJson(reader)));
        });
      });
    else texts.push(atNotebook(readJson(reader)));
  });
  return texts.filter(({ strings }) => strings.length > 0);
}

function atNotebook(draft: Draft): TextSpan {
  return { ...draft, cell: undefined, index: -1 };
}

function readCell(reader: JsonBytes, index: number, texts: TextSpan[]): void {
  const drafts: Draft[] = [];
  let id = '';
  reader.object((name) => {
    if (name === 'id' && reader.is('"')) {
      const { start, end } = reader.string();
      id = Buffer.from(reader.bytes.subarray(start, end)).toString('utf8');
    } else if (name === 'source' || name === 'input')
      drafts.push({ ...readText(reader), place: 'source' });
    else if (name === 'outputs')
      reader.array((output) => {
        readOutput(reader, (draft) => drafts.push({ ...draft, place: 'output', output }));
      });
    else if (name === 'attachments')
      reader.object(() => {
        readBundle(reader, (draft) => drafts.push({ ...draft, place: 'source' }));
      });
    else if (PLAIN_NAMES.has(name)) reader.skip();
    else drafts.push(readJson(reader));
  });
  for (const draft of drafts) texts.push({ ...draft, cell: id, index });
}

function readOutput(reader: JsonBytes, add: (draft: Draft) => void): void {
  let stream: string | undefined;
  const drafts: Draft[] = [];
  reader.object((name) => {
    if (name === 'name' && reader.is('"')) {
      const { start, end } = reader.string();
      stream = Buffer.from(reader.bytes.subarray(start, end)).toString('utf8');
    } else if (name === 'data') readBundle(reader, (draft) => drafts.push(draft));
    else if (name === 'traceback') drafts.push({ ...readText(reader), kind: 'frames' });
    else if (PLAIN_NAMES.has(name) || OLD_PICTURES.has(name)) reader.skip();
    else drafts.push(name === 'metadata' ? readJson(reader) : readText(reader));
  });
  for (const draft of drafts) add({ ...draft, stream });
}

function readBundle(reader: JsonBytes, add: (draft: Draft) => void): void {
  reader.object((mime) => {
    if (isBinaryMime(mime) || OPAQUE.test(mime)) reader.skip();
    else add(isJsonMime(mime) ? readJson(reader) : readText(reader));
  });
}

/** A string or a list of strings; anything else as JSON. */
function readText(reader: JsonBytes): Draft {
  const first = reader.peek();
  const start = reader.at;
  const strings: StringSpan[] = [];
  let isText = first === 0x22 || first === 0x5b;
  if (first === 0x5b)
    reader.array(() => {
      if (reader.is('"')) strings.push(reader.string());
      else {
        isText = false;
        reader.skip((span) => strings.push(span));
      }
    });
  else reader.skip((span) => strings.push(span));
  const kind = isText ? 'lines' : 'json';
  return {
    place: 'metadata',
    output: undefined,
    kind,
    strings,
    start,
    end: reader.at,
    stream: undefined,
  };
}

function readJson(reader: JsonBytes): Draft {
  reader.peek();
  const start = reader.at;
  const strings: StringSpan[] = [];
  reader.skip((span) => strings.push(span));
  return {
    ...{ place: 'metadata', output: undefined, kind: 'json', strings, start, stream: undefined },
    end: reader.at,
  };
}
