import { placeOf, type ModelVersion } from '../registry/model-versions.js';

/** Among a run's files: the whole of them ("") or one folder or file. */
export interface RunPlace {
  readonly run: string;
  readonly path: string;
}

const OF_RUN = /^runs:\/+([^/]+)(?:\/(.*))?$/;
const OF_PROXY = /^mlflow-artifacts:\/+[^/]+\/([0-9a-f]{32})\/artifacts(?:\/(.*))?$/;

/** The files of a run that a version is; undefined where it names no run. */
export function findOriginPlace(
  version: Pick<ModelVersion, 'origin' | 'files' | 'run'>,
): RunPlace | undefined {
  const place = placeOf(version);
  const [, named = version.run, path = ''] = OF_RUN.exec(place) ?? OF_PROXY.exec(place) ?? [];
  return named === '' ? undefined : { run: named, path: path.replace(/\/+$/, '') };
}
