import type { ModelVersion } from '../registry/model-versions.js';

/** Among a run's files: the whole of them ("") or one folder or file. */
export interface RunPlace {
  readonly run: string;
  readonly path: string;
}

const OF_RUN = /^runs:\/+([^/]+)(?:\/(.*))?$/;
const OF_PROXY = /^mlflow-artifacts:\/+[^/]+\/([0-9a-f]{32})\/artifacts(?:\/(.*))?$/;

/** The files of a run that a version is; undefined where it names no run. */
export function findOriginPlace({
  origin,
  run,
}: Pick<ModelVersion, 'origin' | 'run'>): RunPlace | undefined {
  const [, named = run, path = ''] = OF_RUN.exec(origin) ?? OF_PROXY.exec(origin) ?? [];
  return named === '' ? undefined : { run: named, path: path.replace(/\/+$/, '') };
}
