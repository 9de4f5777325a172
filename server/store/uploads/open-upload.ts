import { join } from 'node:path';

import { CellarError, isErrno } from '../../errors.js';
import type { Artifacts, Intake, StoredFile } from '../artifacts/artifacts.js';
import { copyInto, copyStream } from '../artifacts/copy.js';
import type { Disk } from '../disk/disk.js';
import { syncFolder } from '../disk/durable.js';
import { listNames } from '../disk/list-names.js';
import { adoptBody, assemble } from './assemble.js';
import { chooseParts } from './choose-parts.js';
import { PartLog, type KeptPart, type PartPlace } from './part-log.js';
import { PartPlaces } from './part-places.js';
import { hashOf, readRecord, writeRecord, type UploadRecord } from './upload-record.js';
import { missingUpload, type Completion } from './uploads.js';

export const RECORD = 'upload.json';
export const LOG = 'parts.ndjson';
export const BODY = 'body';

/** Where an upload is, and what it works with. */
export interface UploadParts {
  readonly id: string;
  readonly folder: string;
  readonly disk: Disk;
  readonly artifacts: Artifacts;
}

/**
 * One upload. Most of its parts are written straight to their places in one common file, the body, which then only has to be hashed and
 * moved: nothing is copied.
 */
export class OpenUpload {
  private readonly places: PartPlaces;
  /** How many syncs have failed: each may have lost what others had just written to the same file, whom a later one tells nothing. */
  private failures = 0;
  private completing = false;
  private tail: Promise<unknown> = Promise.resolve();
  private readonly ended = new AbortController();

  private constructor(
    private readonly own: UploadParts,
    private record: UploadRecord,
    private readonly log: PartLog,
    private readonly parts: Map<number, KeptPart>,
  ) {
    this.places = new PartPlaces(record.count, parts);
  }

  /** Undefined where there is none. */
  static async open(own: UploadParts): Promise<OpenUpload | undefined> {
    const record = await readRecord(join(own.folder, RECORD), own.disk);
    if (record === undefined) return undefined;
    const { log, parts } = await PartLog.open(join(own.folder, LOG), own.disk);
    return new OpenUpload(own, record, log, parts);
  }

  get key(): string {
    return this.record.key;
  }

  get count(): number {
    return this.record.count;
  }

  /** Nothing becomes of it any more. */
  get hasEnded(): boolean {
    return this.record.state.kind === 'done' || this.record.state.kind === 'aborted';
  }

  /** It is just being made a file of. */
  get isBusy(): boolean {
    return this.completing;
  }

  isOf(words: string): boolean {
    return this.record.of === hashOf(words);
  }

  /** Lets whoever sends to it end: its files are gone. */
  forget(): void {
    this.ended.abort(missingUpload(this.own.id));
  }

  async put(
    number: number,
    bytes: AsyncIterable<Uint8Array>,
    { size, signal }: Intake,
  ): Promise<string> {
    this.checkTaking();
    const { failures } = this;
    const place = this.places.take(number, size);
    const signals = [this.ended.signal, ...(signal === undefined ? [] : [signal])];
    const intake = { size, signal: AbortSignal.any(signals) };
    try {
      const stored = await this.receive(place, exactly(bytes, size), intake, failures);
      await this.keep({ number, ...stored, place });
      return stored.sha256;
    } finally {
      this.places.release(number, place);
    }
  }

  complete({ parts, signal, keep }: Completion): Promise<void> {
    return this.alone(async () => {
      const { kind } = this.record.state;
      if (kind === 'aborted') throw missingUpload(this.own.id);
      if (kind !== 'done') {
        const chosen = chooseParts(this.parts, this.record.count, parts);
        this.completing = true;
        try {
          await keep(await this.makeFile(chosen, signal));
          await this.note({ kind: 'done' });
        } finally {
          this.completing = false;
        }
      }
      // The file is kept: what is left of the parts goes with the next sweep.
      await this.clear().catch(() => undefined);
    });
  }

  abort(): Promise<void> {
    return this.alone(async () => {
      const { kind } = this.record.state;
      if (kind !== 'done' && kind !== 'aborted') await this.note({ kind: 'aborted' });
      await this.clear();
    });
  }

  private async makeFile(
    parts: readonly KeptPart[],
    signal: AbortSignal | undefined,
  ): Promise<StoredFile> {
    const { artifacts, disk, folder } = this.own;
    const { state } = this.record;
    const making = {
      ...{ artifacts, disk, signal, body: join(folder, BODY) },
      ...{ step: this.places.step, isBodyFree: this.places.isBodyFree },
      pathOf: (file: string) => join(folder, file),
      whole: (stored: StoredFile) => this.note({ kind: 'whole', ...stored }),
    };
    if (state.kind !== 'whole') return assemble(parts, making);
    const { sha256, size } = state;
    await adoptBody({ sha256, size }, making);
    return { sha256, size };
  }

  /** Brings the bytes of a part to the disk. `failures`: how many there were when it began. */
  private async receive(
    place: PartPlace,
    bytes: AsyncIterable<Uint8Array>,
    intake: Intake,
    failures: number,
  ): Promise<StoredFile> {
    try {
      const stored = await this.write(place, bytes, intake);
      if (failures !== this.failures)
        throw new CellarError(
          'store_busy',
          'The disk has failed while the part came. Send it again.',
        );
      this.checkTaking();
      return stored;
    } catch (error) {
      if ('file' in place) await this.remove(place.file);
      throw error;
    }
  }

  private async write(
    place: PartPlace,
    bytes: AsyncIterable<Uint8Array>,
    intake: Intake,
  ): Promise<StoredFile> {
    const { folder, disk } = this.own;
    if ('file' in place) {
      const stored = await copyStream(bytes, join(folder, place.file), disk, intake);
      await this.noteFailure(() => syncFolder(folder, disk));
      return stored;
    }
    const handle = await disk.open(join(folder, BODY), 'r+');
    try {
      const sync = (): Promise<void> => this.noteFailure(() => handle.datasync());
      return await copyInto(bytes, { handle, offset: place.at, sync }, intake);
    } finally {
      await handle.close();
    }
  }

  private async noteFailure(sync: () => Promise<void>): Promise<void> {
    try {
      await sync();
    } catch (error) {
      this.failures += 1;
      throw error;
    }
  }

  private async keep(part: KeptPart): Promise<void> {
    try {
      await this.log.append(part);
    } catch (error) {
      this.places.spoil(part.number);
      throw error;
    }
    const before = this.parts.get(part.number)?.place;
    this.parts.set(part.number, part);
    // While the parts are made one file, the earlier one may be among them.
    if (before !== undefined && 'file' in before && !this.completing)
      await this.remove(before.file).catch(() => undefined);
  }

  private checkTaking(): void {
    const { kind } = this.record.state;
    if (kind === 'aborted') throw missingUpload(this.own.id);
    if (kind !== 'open' || this.completing)
      throw new CellarError(
        'bad_request',
        'The upload is being completed: it takes no more parts.',
      );
  }

  private async note(state: UploadRecord['state']): Promise<void> {
    const { folder, disk } = this.own;
    const record = { ...this.record, state };
    await writeRecord(join(folder, RECORD), record, disk);
    this.record = record;
  }

  /** Frees the bytes of an upload that has ended; what it was is known for a while, to who asks again. */
  private async clear(): Promise<void> {
    this.forget();
    const { folder, disk } = this.own;
    for (const name of await listNames(folder, disk)) if (name !== RECORD) await this.remove(name);
  }

  private async remove(name: string): Promise<void> {
    await this.own.disk.unlink(join(this.own.folder, name)).catch((error: unknown) => {
      if (!isErrno(error, 'ENOENT')) throw error;
    });
  }

  /** Of two who complete or abort it the second finds what the first has done. */
  private alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.tail.then(work);
    this.tail = result.catch(() => undefined);
    return result;
  }
}

/** Throws where other bytes come than were announced. */
async function* exactly(
  bytes: AsyncIterable<Uint8Array>,
  size: number | undefined,
): AsyncGenerator<Uint8Array> {
  let come = 0;
  const check = (isWrong: boolean): void => {
    if (isWrong)
      throw new CellarError(
        'bad_request',
        `${come} of ${size ?? 0} bytes arrived. Send the part again.`,
      );
  };
  for await (const chunk of bytes) {
    come += chunk.length;
    check(size !== undefined && come > size);
    yield chunk;
  }
  check(size !== undefined && come < size);
}
