import * as z from 'zod';

import { CellarError } from '../errors.js';
import { createHttp, LONG, type Http } from './http.js';
import { encodePath, listOf, PROXY, textSchema } from './mlflow-wire.js';
import type { SentFile } from './registry.js';

/** Files of at least so many bytes are sent in parts, where the server takes parts; MLflow's own client does the same. */
const LARGE = 500 * 1024 * 1024;
const PART = 100 * 1024 * 1024;

interface Sent {
  readonly file: SentFile;
  /** Within the files that the server's proxy has. */
  readonly folder: string;
  readonly sent: ((bytes: number) => void) | undefined;
  readonly signal: AbortSignal;
}

/** Sends a file through the server's proxy, piece by piece. Throws registry_refused. */
export async function sendFile(
  http: Http,
  sending: Sent,
  sizes: { readonly large: number; readonly part: number } = { large: LARGE, part: PART },
): Promise<void> {
  const { file, folder, sent, signal } = sending;
  if (file.size >= sizes.large && (await sendInParts(http, sending, sizes.part))) return;
  await http.upload({
    path: `${PROXY}/artifacts/${encodePath(`${folder}/${file.name}`)}`,
    bytes: await file.read(),
    size: file.size,
    ...(sent === undefined ? {} : { sent }),
    signal,
  });
}

const createdSchema = z.object({
  upload_id: z.string(),
  credentials: listOf(
    z.object({
      url: z.string(),
      part_number: z.coerce.number().int(),
      headers: z.record(z.string(), z.string()).nullish(),
    }),
  ),
});

/** False where the server takes no parts. Parts go straight to its store, to addresses that it gives. */
async function sendInParts(
  http: Http,
  { file, folder, sent, signal }: Sent,
  size: number,
): Promise<boolean> {
  const name = file.name.split('/').at(-1) ?? '';
  const within = [folder, ...file.name.split('/').slice(0, -1)].join('/');
  const call = (what: string, body: object) =>
    ({
      method: 'POST',
      path: `${PROXY}/mpu/${what}/${encodePath(within)}`,
      body: { path: name, ...body },
      signal,
    }) as const;
  const answer = await http.ask(call('create', { num_parts: Math.ceil(file.size / size) }));
  if (!answer.ok) return false;
  const { upload_id: upload, credentials } = createdSchema.parse(answer.body);
  try {
    const parts: object[] = [];
    for (const { url, part_number: number, headers } of credentials) {
      const start = (number - 1) * size;
      const end = Math.min(file.size, start + size) - 1;
      const bytes = await file.read({ start, end });
      const etag = await sendPart(url, {
        ...{ bytes, size: end - start + 1, headers: headers ?? {}, sent, signal },
      });
      parts.push({ part_number: number, etag, url });
    }
    await http.json(call('complete', { upload_id: upload, parts }));
  } catch (error) {
    // Else the store would keep the parts for nobody.
    await http
      .ask({ ...call('abort', { upload_id: upload }), signal: AbortSignal.timeout(2_500) })
      .catch(() => undefined);
    throw error;
  }
  return true;
}

async function sendPart(
  url: string,
  {
    bytes,
    size,
    headers,
    sent,
    signal,
  }: Pick<Sent, 'sent' | 'signal'> & {
    readonly bytes: AsyncIterable<Uint8Array>;
    readonly size: number;
    readonly headers: Readonly<Record<string, string>>;
  },
): Promise<string> {
  if (!URL.canParse(url))
    throw new CellarError('registry_refused', 'The server gave no address to send a part to.');
  // The address is signed: no credentials of ours go there.
  const { origin } = new URL(url);
  const store = createHttp(origin, LONG, () => Promise.resolve(headers));
  const answered = await store.upload({
    path: url.slice(origin.length),
    ...{ bytes, size, signal },
    ...(sent === undefined ? {} : { sent }),
  });
  return textSchema.parse(answered.etag);
}
