/** When a cell ran, in milliseconds since 1970, as far as it is known. */
export interface CellTimes {
  readonly started?: number;
  readonly finished?: number;
}

/**
 * The times that JupyterLab records in a cell's `metadata.execution` where recordTiming is on. The shell's times are the kernel's
 * own; the iopub times stand in for kernels that do not give them.
 */
export function readTimes(execution: unknown): CellTimes {
  if (typeof execution !== 'object' || execution === null) return {};
  const times = execution as Readonly<Record<string, unknown>>;
  const started = toTime(
    times['shell.execute_reply.started'] ??
      times['iopub.execute_input'] ??
      times['iopub.status.busy'],
  );
  const finished = toTime(times['shell.execute_reply'] ?? times['iopub.status.idle']);
  return {
    ...(started === undefined ? {} : { started }),
    ...(finished === undefined ? {} : { finished }),
  };
}

/** A time as a kernel writes it, RFC 3339 with or without a zone (then UTC); undefined when it is none. */
export function toTime(text: unknown): number | undefined {
  if (typeof text !== 'string') return undefined;
  const zoned = /(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`;
  const time = Date.parse(zoned);
  return Number.isNaN(time) ? undefined : time;
}
