import { encodeName } from '../store/disk/names.js';
import type { RunRow } from '../store/catalog/rows.js';
import type { FileEdit } from '../store/git/repository.js';
import { roleAt } from './purge-roles.js';
import type { SecretIntake } from './secrets.js';
import { formatStored } from './state.js';
import { mapTexts, ROW_FIELDS } from './stored-texts.js';
import type { Attachment } from './take.js';

/**
 * What a version attaches, without what must not be kept any more: it was made before a purge of this process, which knows of more.
 * Ids, hashes and times stay.
 */
export async function cleanAttachment(
  secrets: SecretIntake,
  attachment: Attachment,
): Promise<Attachment> {
  if (secrets.epoch === 0) return attachment;
  const texts = new Set<string>();
  rewrite(attachment, (text) => {
    texts.add(text);
    return text;
  });
  const asked = [...texts];
  const clean = await secrets.cleanTexts(asked);
  const now = new Map(asked.map((text, at) => [text, clean[at] ?? text]));
  return rewrite(attachment, (text) => now.get(text) ?? text);
}

function rewrite(attachment: Attachment, clean: (text: string) => string): Attachment {
  const map = (text: string, kind: string): string | undefined =>
    kind === 'ours' || kind === 'cell' ? undefined : clean(text);
  const rows = mapTexts(attachment.rows, map, { named: ROW_FIELDS }) as readonly RunRow[];
  const metrics = attachment.metrics.map(([name, value]) => [clean(name), value] as const);
  const files = attachment.files.map((file) => rewriteFile(file, clean, map));
  return { ...attachment, rows, metrics, files };
}

function rewriteFile(
  { path, content }: FileEdit,
  clean: (text: string) => string,
  map: (text: string, kind: string) => string | undefined,
): FileEdit {
  const role = roleAt(path);
  if (role === 'ours') return { path: cleanPointerPath(path, clean), content };
  if (!(content instanceof Uint8Array)) return { path, content };
  const text = Buffer.from(content).toString('utf8');
  const parse = (json: string): unknown => mapTexts(JSON.parse(json), map);
  if (role === 'stored') return { path, content: formatStored(parse(text)) };
  if (role !== 'points') return { path, content };
  const lines = text.split('\n').map((line) => (line === '' ? line : JSON.stringify(parse(line))));
  return { path, content: Buffer.from(lines.join('\n')) };
}

/** A run's file is found by its name, percent-encoded, at the end of the path. */
function cleanPointerPath(path: string, clean: (text: string) => string): string {
  const at = path.indexOf('/artifacts/');
  if (at < 0) return path;
  const start = at + '/artifacts/'.length;
  const names = path.slice(start).split('/');
  return path.slice(0, start) + names.map((name) => cleanEncoded(name, clean)).join('/');
}

function cleanEncoded(name: string, clean: (text: string) => string): string {
  let decoded: string;
  try {
    decoded = decodeURIComponent(name);
  } catch {
    return name;
  }
  const now = clean(decoded);
  return now === decoded ? name : encodeName(now);
}
