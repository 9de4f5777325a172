import type { Json } from './json-value.js';
import { isObject, JsonNumber } from './json-value.js';

/** How many base64 digits are decoded at most. */
const MAX_TEXT = 64 * 1024 * 1024;

/** A float of 32 bits by the fewest digits that tell it apart, as people write it: 0.1, not 0.10000000149011612. */
function shortest(float: number): number {
  for (let digits = 7; digits < 9; digits++) {
    const value = Number(float.toPrecision(digits));
    if (Math.fround(value) === float) return value;
  }
  return Number(float.toPrecision(9));
}

/** Reads one number of each type that Plotly packs (numpy's names), and how many bytes that takes. */
const READERS: Readonly<Record<string, readonly [number, (bytes: Buffer, at: number) => number]>> =
  {
    i1: [1, (bytes, at) => bytes.readInt8(at)],
    u1: [1, (bytes, at) => bytes.readUInt8(at)],
    uc: [1, (bytes, at) => bytes.readUInt8(at)],
    i2: [2, (bytes, at) => bytes.readInt16LE(at)],
    u2: [2, (bytes, at) => bytes.readUInt16LE(at)],
    i4: [4, (bytes, at) => bytes.readInt32LE(at)],
    u4: [4, (bytes, at) => bytes.readUInt32LE(at)],
    f4: [4, (bytes, at) => shortest(bytes.readFloatLE(at))],
    f8: [8, (bytes, at) => bytes.readDoubleLE(at)],
  };

const NAMES: Readonly<Record<string, string>> = {
  int8: 'i1',
  uint8: 'u1',
  uint8c: 'uc',
  int16: 'i2',
  uint16: 'u2',
  int32: 'i4',
  uint32: 'u4',
  float32: 'f4',
  float64: 'f8',
};

function toJson(value: number): Json {
  if (Object.is(value, -0)) return new JsonNumber('-0');
  return Number.isFinite(value) ? value : new JsonNumber(String(value));
}

/** The numbers that a packed array of Plotly stands for (`{dtype, bdata}`), in order whatever its shape; undefined for anything else. */
export function readTypedArray(value: Json): readonly Json[] | undefined {
  if (!isObject(value) || value.size > 3) return undefined;
  const [dtype, text] = [value.get('dtype'), value.get('bdata')];
  if (typeof dtype !== 'string' || typeof text !== 'string' || text.length > MAX_TEXT)
    return undefined;
  const name = Object.hasOwn(NAMES, dtype) ? (NAMES[dtype] ?? dtype) : dtype;
  const reader = Object.hasOwn(READERS, name) ? READERS[name] : undefined;
  if (reader === undefined) return undefined;
  const [size, read] = reader;
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length % size !== 0) return undefined;
  return Array.from({ length: bytes.length / size }, (_, i) => toJson(read(bytes, i * size)));
}
