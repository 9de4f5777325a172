import type { Request } from 'express';
import * as z from 'zod';

import type { Trace } from '../../../contract/provenance.js';
import { noteTrace } from '../../capture/late-claims.js';
import { CONTEXT_HEADER, readContext, readContextTags, SILENT } from '../../tracking/traces.js';
import { toApproach } from '../operation.js';
import type { ApiParts } from '../parts.js';

const TELL_MS = 1_000;

const pairsSchema = z.array(z.object({ key: z.string(), value: z.string() })).catch([]);

/** Where the calls of MLflow's API name the run that they are about: in what is asked, or in what is answered. */
const namedSchema = z.object({
  run_id: z.string().min(1).optional().catch(undefined),
  run_uuid: z.string().min(1).optional().catch(undefined),
  source_run_id: z.string().min(1).optional().catch(undefined),
  run: z
    .object({ info: z.object({ run_id: z.string() }) })
    .optional()
    .catch(undefined),
});

export interface TraceNoter {
  /** For a call and what was answered. */
  readonly call: (request: Request, answer: object) => Promise<void>;
  /** For a call about this run; `starts` when it has made it. */
  readonly run: (request: Request, run: string, starts?: boolean) => Promise<void>;
}

/** Keeps with a run which cell has made a call about it; durable when it resolves. */
export function createTraceNoter({
  history,
  access,
  events,
}: Pick<ApiParts, 'history' | 'access' | 'events'>): TraceNoter {
  const tell = slowDown((notebook) => {
    events.emit({ kind: 'notebook', notebook });
  });
  let last: readonly [header: string, trace: Trace | undefined] = ['', undefined];
  const read = (header: string): Trace | undefined => {
    // One cell calls often, and always says the same.
    if (last[0] !== header) last = [header, readContext(header)];
    return last[1];
  };
  const find = (request: Request): Trace | undefined => {
    const header = request.headers[CONTEXT_HEADER];
    const told = typeof header === 'string' ? read(header) : undefined;
    if (told !== undefined) return told;
    const { tags } = (request.body ?? {}) as { readonly tags?: unknown };
    const byTags = readContextTags(pairsSchema.parse(tags).map(({ key, value }) => [key, value]));
    // They may be another run's, copied by a script.
    if (byTags !== undefined)
      return { ...byTags, certainty: 'unsure', because: byTags.because ?? 'nothing said' };
    const { grant, kernel = '' } = access.identify(toApproach(request));
    return grant === 'kernel' ? { ...SILENT, kernel } : undefined;
  };
  const run: TraceNoter['run'] = async (request, id, starts = false) => {
    const trace = find(request);
    if (trace !== undefined) await noteTrace(history, id, { trace, starts });
    const notebook = (await history.store.catalog.findRun(id))?.notebook ?? null;
    if (notebook !== null) tell(notebook);
  };
  return {
    run,
    call: async (request, answer) => {
      const id = findRun(request, answer);
      // What it names itself is there already.
      if (id !== undefined) await run(request, id, id === findMade(answer));
    },
  };
}

/** Calls once for each id that was asked for within a second, at its end: a run may log thousands of times in one. */
function slowDown(call: (id: string) => void): (id: string) => void {
  const waiting = new Set<string>();
  return (id) => {
    if (waiting.has(id)) return;
    waiting.add(id);
    setTimeout(() => {
      waiting.delete(id);
      call(id);
    }, TELL_MS).unref();
  };
}

function findRun(request: Request, answer: object): string | undefined {
  const asked = namedSchema.parse(request.body ?? {});
  return findMade(answer) ?? asked.run_id ?? asked.run_uuid ?? asked.source_run_id;
}

/** The run that a call has made. */
function findMade(answer: object): string | undefined {
  return namedSchema.parse(answer).run?.info.run_id;
}
