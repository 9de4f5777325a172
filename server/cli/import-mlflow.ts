import { mlflowImportedSchema, type Brought, type MlflowImported } from '../../contract/import.js';
import { pathTo } from '../../contract/routes.js';
import { CellarError } from '../errors.js';
import { withBar } from './bar.js';
import { DONE, type Call, type Context } from './command.js';
import { withNewOwner } from './with-owner.js';
import { count, formatSize, printable } from './words.js';

/** The most warnings that are told one by one. */
const MOST_TOLD = 20;

/** `cellar import mlflow URI`. Signs in as MLflow's own client would, by the same variables. */
export async function importFromMlflow(context: Context, call: Call): Promise<number> {
  const [kind, url] = call.arguments;
  if (kind !== 'mlflow' || url === undefined || call.flag('all') || call.text('git') !== undefined)
    throw new CellarError('bad_request', 'Usage: cellar import mlflow URI [--experiments NAMES]');
  const experiments = call.text('experiments');
  const since = call.text('since');
  const body = {
    url,
    ...readSecrets(context.environment),
    ...(experiments === undefined ? {} : { experiments: [experiments] }),
    ...(since === undefined ? {} : { since }),
    ...(call.flag('deleted') ? { deleted: true } : {}),
  };
  const signal = context.stopped();
  const path = pathTo('mlflowImports');
  const done = await withNewOwner(context, call.root, async (owner) => {
    const work = withBar(context, (report) =>
      owner.long({ method: 'POST', path, body, signal }, report),
    );
    return mlflowImportedSchema.parse(await work.catch((error: unknown) => toEnd(error, signal)));
  });
  for (const { message } of done.warnings.slice(0, MOST_TOLD))
    context.say(`cellar: ${printable(message)}`);
  if (done.warnings.length > MOST_TOLD)
    context.say(`cellar: and ${done.warnings.length - MOST_TOLD} more: see --json.`);
  context.out(call.json ? `${JSON.stringify(done)}\n` : describe(done));
  return DONE;
}

/** A person has ended it: the server, which hears of it by the connection, has kept what came in. */
function toEnd(error: unknown, { aborted }: AbortSignal): never {
  if (!aborted) throw error;
  throw new CellarError(
    'timed_out',
    'Stopped. What was done until then is kept; the same command goes on from there.',
    {},
    { cause: error },
  );
}

function readSecrets(environment: NodeJS.ProcessEnv): object {
  const user = environment['MLFLOW_TRACKING_USERNAME'];
  const password = environment['MLFLOW_TRACKING_PASSWORD'];
  const token = environment['MLFLOW_TRACKING_TOKEN'];
  if (user !== undefined && password !== undefined) return { user, password };
  return token === undefined ? {} : { token };
}

function describe(done: MlflowImported): string {
  const { experiments, runs, models, registered, versions, points, files, bytes } = done;
  const made = (brought: Brought): number => brought.made + brought.changed;
  const lines = [
    `Brought in ${count(made(runs), 'run')} of ${count(made(experiments) + experiments.known, 'experiment')} with ${count(points, 'value')} of metrics, and ${count(files, 'file')} (${formatSize(bytes)}).`,
    `${count(made(models), 'logged model')}, ${count(made(registered), 'registered model')}, ${count(made(versions), 'version')}.`,
  ];
  if (runs.known > 0)
    lines.push(`${count(runs.known, 'run')} ${runs.known === 1 ? 'was' : 'were'} here already.`);
  const failed = [experiments, runs, models, registered, versions].reduce(
    (sum, brought) => sum + brought.failed,
    0,
  );
  if (failed > 0)
    lines.push(`${failed} could not be brought in whole: the same command tries them again.`);
  return `${lines.join('\n')}\n`;
}
