import type { Link, Linked } from '../../contract/external.js';
import type { RunPage } from '../../contract/run.js';
import { baseName } from './words.js';

/** Something of ours that can be linked, and registered where it has files. */
export interface Thing {
  readonly of: Linked;
  /** As people choose it: "wine.joblib". */
  readonly words: string;
  /** What it may be called elsewhere. */
  readonly name: string;
  readonly hasFiles: boolean;
}

const MOST_FILES = 100;
/** What holds a model, by its name: as the files that are kept without being asked for. */
const MODEL_FILE = /\.(pkl|joblib|onnx|pt|pth|h5|keras|safetensors|cbm|model|ubj)$/i;
/** By it MLflow knows the folder of a model. */
const MODEL_MARK = 'MLmodel';

/** What of a run can be linked, the likeliest first: models that it has logged, its files and the folders of them, and the run itself. */
export function thingsOfRun(
  run: Pick<RunPage, 'id' | 'name' | 'artifacts' | 'models'>,
): readonly Thing[] {
  const files = run.artifacts.filter(({ purged }) => purged !== true);
  const folders = new Set(
    files.flatMap(({ name }) => (name.includes('/') ? [name.slice(0, name.indexOf('/'))] : [])),
  );
  const isModel = (folder: string): boolean =>
    files.some(({ name }) => name === `${folder}/${MODEL_MARK}`);
  const [models, others] = part([...folders], isModel);
  const [modelFiles, otherFiles] = part(
    files.map(({ name }) => name),
    (name) => MODEL_FILE.test(name),
  );
  const ofPath = (path: string, words: string): Thing => ({
    of: { kind: 'run', run: run.id, path },
    words,
    name: toName(path),
    hasFiles: true,
  });
  return [
    ...run.models.map(({ id, name, files: own }): Thing => ({
      of: { kind: 'model', model: id },
      words: `model ${name}`,
      name,
      hasFiles: own.length > 0,
    })),
    ...models.map((folder) => ofPath(folder, `${folder}/`)),
    ...[...modelFiles, ...otherFiles].slice(0, MOST_FILES).map((name) => ofPath(name, name)),
    ...others.map((folder) => ofPath(folder, `${folder}/`)),
    {
      of: { kind: 'run', run: run.id, path: '' },
      words: files.length === 0 ? 'the run' : 'the run with all its files',
      name: toName(run.name),
      hasFiles: files.length > 0,
    },
  ];
}

/** A version that is registered here. */
export function thingOfVersion(name: string, version: number, hasFiles: boolean): Thing {
  return {
    of: { kind: 'version', name, version },
    words: `${name} v${String(version)}`,
    name,
    hasFiles,
  };
}

/** A model that a run has logged. */
export function thingOfModel(model: string, name: string, hasFiles: boolean): Thing {
  return { of: { kind: 'model', model }, words: `model ${name}`, name, hasFiles };
}

/** What a link is of, as its things are called; "" where there is only one that it can be of, or it is of all. */
export function ofWords({ of }: Pick<Link, 'of'>, things: readonly Thing[]): string {
  if (things.length < 2) return '';
  switch (of.kind) {
    case 'run':
      return of.path;
    case 'version':
      return `${of.name} v${String(of.version)}`;
    case 'model': {
      const thing = things.find((each) => each.of.kind === 'model' && each.of.model === of.model);
      return thing?.words ?? 'a model';
    }
  }
}

/** Those that are so, and the others. */
function part(
  all: readonly string[],
  isSo: (each: string) => boolean,
): readonly [readonly string[], readonly string[]] {
  return [all.filter(isSo), all.filter((each) => !isSo(each))];
}

/** A file's own name without its ending. */
function toName(path: string): string {
  return baseName(path).replace(/\.[^.]+$/, '');
}
