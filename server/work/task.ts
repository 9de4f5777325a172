/** A kind of work that a thread can do: `NAME.task.ts` in this folder does it, in its export `run`. The types go with the name only. */
export interface Task<Input, Output> {
  readonly name: string;
  readonly types?: (input: Input) => Output;
}

/** A value on its way to or from a thread; the buffers in `transfer` move and are gone from where they were. */
export interface Parcel<Value> {
  readonly value: Value;
  readonly transfer: readonly ArrayBuffer[];
}

/** What a task's file exports as `run`. */
export type RunOf<Kind> =
  Kind extends Task<infer Input, infer Output>
    ? (input: Input) => Promise<Parcel<Output>> | Parcel<Output>
    : never;

/** Bytes that own their whole buffer, so that they can move to a thread; copied where they share it with others. */
export function toMovable(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = bytes;
  return buffer instanceof ArrayBuffer && byteOffset === 0 && byteLength === buffer.byteLength
    ? new Uint8Array(buffer)
    : new Uint8Array(bytes);
}
