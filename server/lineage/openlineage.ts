import type { OpenLineageEvent } from '../../contract/lineage.js';
import type { RunRow } from '../store/catalog/rows.js';
import { endOf } from '../tracking/run-fields.js';
import { inputsOf, outputsOf } from './openlineage-data.js';
import { facet, PRODUCER } from './openlineage-facets.js';
import type { Surroundings } from './neighbours.js';

const EVENT = 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent';

/** Tags of MLflow's own say nothing of the run that its other fields do not. */
const OWN_TAG = /^mlflow\./;

/** What happened in runs, as OpenLineage's events: of each its begin and, once it is over, its end. `namespace` is that of the workspace. */
export async function toOpenLineage(
  around: Surroundings,
  runs: readonly RunRow[],
  namespace: string,
): Promise<OpenLineageEvent[]> {
  const events: OpenLineageEvent[] = [];
  for (const run of runs) {
    const about = {
      producer: PRODUCER,
      schemaURL: EVENT,
      run: await describeRun(around, run, namespace),
      job: await describeJob(around, run, namespace),
      inputs: inputsOf(around.links, run, namespace),
    };
    const outputs = outputsOf(around.links, run, namespace);
    const end = endOf(run);
    const begin = { ...about, eventTime: toTime(run.start), outputs: [] };
    events.push({ ...begin, eventType: 'START' });
    if (end !== undefined)
      events.push({ ...about, eventType: ENDS[run.status], eventTime: toTime(end), outputs });
    else if (run.status === 'running')
      events.push({ ...about, eventType: 'RUNNING', eventTime: toTime(run.end), outputs });
  }
  return events.sort((a, b) => (a.eventTime < b.eventTime ? -1 : 1));
}

const ENDS: Readonly<Record<RunRow['status'], OpenLineageEvent['eventType']>> = {
  running: 'RUNNING',
  scheduled: 'START',
  finished: 'COMPLETE',
  failed: 'FAIL',
  killed: 'ABORT',
};

function toTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** A run's id has the digits of a UUID, which OpenLineage asks for. */
function toUuid(id: string): string {
  return id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}

async function describeRun(
  around: Surroundings,
  run: RunRow,
  namespace: string,
): Promise<OpenLineageEvent['run']> {
  const { links, claims } = around;
  const parent = links.run(links.parentOf(run) ?? '');
  const params = Object.entries(run.params);
  const tags = Object.entries(run.tags).filter(([name]) => !OWN_TAG.test(name));
  const metrics = Object.entries(run.metrics).map(([name, { value }]) => [name, value]);
  const made = await claims.of(run);
  return {
    runId: toUuid(run.id),
    facets: {
      ...(parent === undefined
        ? {}
        : {
            parent: facet('ParentRunFacet', {
              run: { runId: toUuid(parent.id) },
              job: { namespace, name: await nameJob(around, parent) },
            }),
          }),
      ...(params.length === 0
        ? {}
        : {
            executionParameters: facet('ExecutionParametersRunFacet', {
              parameters: params.map(([key, value]) => ({ key, value })),
            }),
          }),
      ...(tags.length === 0
        ? {}
        : {
            tags: facet('TagsRunFacet', {
              tags: tags.map(([key, value]) => ({ key, value, source: 'USER' })),
            }),
          }),
      cellar_run: facet('cellar', {
        name: run.name,
        snapshot: run.snapshot,
        cells: made.flatMap(({ cell }) => cell ?? []),
        metrics: Object.fromEntries(metrics) as Record<string, unknown>,
      }),
    },
  };
}

async function describeJob(
  around: Surroundings,
  run: RunRow,
  namespace: string,
): Promise<OpenLineageEvent['job']> {
  const isNotebook = run.notebook !== null;
  return {
    namespace,
    name: await nameJob(around, run),
    facets: {
      jobType: facet('JobTypeJobFacet', {
        processingType: 'BATCH',
        integration: 'CELLAR',
        jobType: isNotebook ? 'NOTEBOOK' : 'RUN',
      }),
    },
  };
}

/** The notebook's path as it is now; of a run of none its experiment. */
async function nameJob({ store }: Surroundings, run: RunRow): Promise<string> {
  const row = run.notebook === null ? undefined : await store.catalog.findNotebook(run.notebook);
  return row?.path ?? `experiments/${run.experiment}`;
}
