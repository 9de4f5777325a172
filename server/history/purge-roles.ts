/** Where a folder of a tree of the store stands. Only in some of them are names a person's. */
export type Zone =
  | 'root'
  | 'work'
  | 'cellar'
  | 'notebooks'
  | 'notebook'
  | 'kept'
  | 'expired'
  | 'entries'
  | 'models'
  | 'models of a shard'
  | 'model'
  | 'runs'
  | 'shard'
  | 'run'
  | 'metrics'
  | 'pointers';

/**
 * What a file is to a purge: a notebook; JSON of our own, whose texts are a person's and whose ids, hashes and times are not; metric
 * points, one such JSON a line; what only we have written, so that no text of anybody is in it; any other file.
 */
export type Role = 'notebook' | 'stored' | 'points' | 'ours' | 'file';

const BELOW: Readonly<Partial<Record<Zone, Readonly<Record<string, Zone>>>>> = {
  root: { '.cellar': 'cellar' },
  cellar: {
    notebooks: 'notebooks',
    expired: 'expired',
    runs: 'runs',
    experiments: 'entries',
    models: 'models',
    datasets: 'entries',
    environments: 'entries',
    kernels: 'entries',
    registry: 'entries',
  },
  notebook: { kept: 'kept' },
  model: { artifacts: 'pointers' },
  run: { metrics: 'metrics', artifacts: 'pointers' },
};
/** Where every folder has an id for its name. */
const BY_ID: Readonly<Partial<Record<Zone, Zone>>> = {
  notebooks: 'notebook',
  entries: 'entries',
  models: 'models of a shard',
  'models of a shard': 'model',
  runs: 'shard',
  shard: 'run',
  pointers: 'pointers',
};

/** The zone of a folder in a zone. */
export function zoneBelow(zone: Zone, name: string): Zone {
  return BELOW[zone]?.[name] ?? BY_ID[zone] ?? 'work';
}

/** What a file of a zone is. */
export function roleOf(zone: Zone, name: string): Role {
  if (zone === 'pointers') return 'ours';
  if (zone === 'cellar' || (zone === 'root' && name === '.gitattributes')) return 'ours';
  if (name.endsWith('.ipynb')) return 'notebook';
  if (zone === 'metrics' && name.endsWith('.ndjson')) return 'points';
  if (
    ['notebook', 'kept', 'run', 'expired', 'entries', 'model'].includes(zone) &&
    name.endsWith('.json')
  )
    return 'stored';
  return 'file';
}

/** Whether a name in a zone may be changed: it was given by a person, and nothing of ours is found by it alone. */
export function isNameFree(zone: Zone, name: string): boolean {
  if (zone === 'root') return name !== '.cellar' && name !== '.gitattributes';
  return zone === 'work' || zone === 'pointers';
}

/** The role of the file at a path of main's tree. */
export function roleAt(path: string): Role {
  const names = path.split('/');
  const zone = names.slice(0, -1).reduce<Zone>(zoneBelow, 'root');
  return roleOf(zone, names.at(-1) ?? '');
}
