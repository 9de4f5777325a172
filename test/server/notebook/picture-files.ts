import { crc32, deflateSync } from 'node:zlib';

/** What a made PNG is like beside its samples; the samples of a pixel stand in the order of its colour type. */
export interface PngOptions {
  readonly width: number;
  readonly height: number;
  readonly color?: 0 | 2 | 3 | 4 | 6;
  readonly depth?: number;
  readonly filter?: 0 | 1 | 2 | 3 | 4;
  readonly interlaced?: boolean;
  readonly level?: number;
  /** Chunks before the pixels: palette, transparency, remarks. */
  readonly chunks?: readonly (readonly [string, Buffer])[];
  /** Sizes that the head claims instead of the real ones. */
  readonly claimed?: readonly [number, number];
}

const CHANNELS = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 } as const;

export function chunk(type: string, body: Buffer): Buffer {
  const whole = Buffer.alloc(body.length + 12);
  whole.writeUInt32BE(body.length, 0);
  whole.write(type, 4, 'latin1');
  body.copy(whole, 8);
  whole.writeUInt32BE(crc32(whole.subarray(4, -4)), body.length + 8);
  return whole;
}

/** The bytes of a row of samples, packed to their depth. */
function packRow(samples: readonly number[], depth: number): Buffer {
  if (depth === 16) {
    const row = Buffer.alloc(samples.length * 2);
    samples.forEach((sample, i) => row.writeUInt16BE(sample, 2 * i));
    return row;
  }
  const row = Buffer.alloc(Math.ceil((samples.length * depth) / 8));
  samples.forEach((sample, i) => {
    const bit = i * depth;
    row[bit >> 3] = (row[bit >> 3] ?? 0) | (sample << (8 - depth - (bit & 7)));
  });
  return row;
}

function filterRow(row: Buffer, up: Buffer, filter: number, step: number): Buffer {
  const at = (bytes: Buffer, i: number) => (i < 0 ? 0 : (bytes[i] ?? 0));
  return Buffer.from(
    row.map((value, i) => {
      const [left, above, corner] = [at(row, i - step), at(up, i), at(up, i - step)];
      const guess = left + above - corner;
      const nearest = [left, above, corner].reduce((best, each) =>
        Math.abs(guess - each) < Math.abs(guess - best) ? each : best,
      );
      return value - ([0, left, above, (left + above) >> 1, nearest][filter] ?? 0);
    }),
  );
}

const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** A PNG file in base64; `sample(x, y, c)` gives the sample of channel c. */
export function pngOf(
  options: PngOptions,
  sample: (x: number, y: number, channel: number) => number,
): string {
  const { width, height, color = 2, depth = 8, filter = 0, interlaced = false } = options;
  const channels = CHANNELS[color];
  const step = Math.max(1, (channels * depth) >> 3);
  const rows: Buffer[] = [];
  for (const [left, top, across, down] of interlaced ? ADAM7 : [[0, 0, 1, 1] as const]) {
    let up: Buffer | undefined;
    for (let y = top; y < height; y += down) {
      const samples: number[] = [];
      for (let x = left; x < width; x += across)
        for (let c = 0; c < channels; c++) samples.push(sample(x, y, c));
      if (samples.length === 0) continue;
      const row = packRow(samples, depth);
      rows.push(
        Buffer.from([filter]),
        filterRow(row, up ?? Buffer.alloc(row.length), filter, step),
      );
      up = row;
    }
  }
  const head = Buffer.alloc(13);
  const [shownWidth, shownHeight] = options.claimed ?? [width, height];
  head.writeUInt32BE(shownWidth, 0);
  head.writeUInt32BE(shownHeight, 4);
  head.set([depth, color, 0, 0, interlaced ? 1 : 0], 8);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', head),
    ...(options.chunks ?? []).map(([type, body]) => chunk(type, body)),
    chunk('IDAT', deflateSync(Buffer.concat(rows), { level: options.level ?? 6 })),
    chunk('IEND', Buffer.alloc(0)),
  ]).toString('base64');
}
