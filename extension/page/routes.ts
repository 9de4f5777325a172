/** What the page shows; each has an address that shows it again. */
export type PageRoute =
  | { readonly kind: 'home' }
  | { readonly kind: 'notebook'; readonly id: string }
  | {
      readonly kind: 'diff';
      readonly base: string;
      readonly head: string;
      /** The kinds of noise that are shown; undefined leaves that to the settings. */
      readonly show?: readonly string[];
    }
  /** A run, at a cell as it was where one is named. */
  | { readonly kind: 'run'; readonly id: string; readonly cell?: string }
  /** Any node of the lineage by its id, e.g. "artifact:5f…". */
  | { readonly kind: 'lineage'; readonly node: string }
  | { readonly kind: 'models' }
  | { readonly kind: 'model'; readonly name: string }
  | { readonly kind: 'version'; readonly name: string; readonly version: number }
  /** Two versions of a model beside one another. */
  | {
      readonly kind: 'versions';
      readonly name: string;
      readonly base: number;
      readonly head: number;
    }
  /** The merge that the notebook at a path waits for; "" is the merge tool's. */
  | { readonly kind: 'merge'; readonly path: string };

/** The route of a fragment such as "#/diff/a/b"; anything unknown is home. */
export function parseRoute(hash: string): PageRoute {
  const [path = '', query] = hash.replace(/^#?\/?/, '').split('?');
  const [name, one, two, three] = path.split('/').map(decode);
  if (name === 'notebook' && isId(one)) return { kind: 'notebook', id: one };
  if (name === 'diff' && isId(one) && isId(two))
    return { kind: 'diff', base: one, head: two, ...readShow(query) };
  if (name === 'run' && isId(one)) return { kind: 'run', id: one, ...readCell(query) };
  // As MLflow's client prints it behind the address it logs to.
  if (name === 'experiments' && two === 'runs' && isId(three)) return { kind: 'run', id: three };
  if (name === 'lineage' && one !== undefined && one !== '') return { kind: 'lineage', node: one };
  if (name === 'models') return parseModels(path.split('/').slice(1).map(decode));
  if (name === 'merge' && one === undefined)
    return { kind: 'merge', path: new URLSearchParams(query).get('path') ?? '' };
  return { kind: 'home' };
}

/** The fragment of a route. */
export function formatRoute(route: PageRoute): string {
  switch (route.kind) {
    case 'home':
      return '#/';
    case 'notebook':
      return `#/notebook/${encodeURIComponent(route.id)}`;
    case 'run': {
      const cell = route.cell === undefined ? '' : `?cell=${encodeURIComponent(route.cell)}`;
      return `#/run/${encodeURIComponent(route.id)}${cell}`;
    }
    case 'lineage':
      return `#/lineage/${encodeURIComponent(route.node)}`;
    case 'models':
      return '#/models';
    case 'model':
      return `#/models/${encodeURIComponent(route.name)}`;
    case 'version':
      return `#/models/${encodeURIComponent(route.name)}/${String(route.version)}`;
    case 'versions':
      return `#/models/${encodeURIComponent(route.name)}/${String(route.base)}/${String(route.head)}`;
    case 'merge':
      return route.path === '' ? '#/merge' : `#/merge?path=${encodeURIComponent(route.path)}`;
    case 'diff':
      return `#/diff/${encodeURIComponent(route.base)}/${encodeURIComponent(route.head)}${formatShow(route.show)}`;
  }
}

function parseModels(parts: readonly string[]): PageRoute {
  // MLflow names versions with a word before them.
  const [name = '', one, two] = parts[1] === 'versions' ? parts.toSpliced(1, 1) : parts;
  if (name === '') return { kind: 'models' };
  if (!isNumber(one)) return { kind: 'model', name };
  if (!isNumber(two)) return { kind: 'version', name, version: Number(one) };
  return { kind: 'versions', name, base: Number(one), head: Number(two) };
}

function isNumber(part: string | undefined): part is string {
  return part !== undefined && /^[0-9]{1,9}$/.test(part);
}

function readShow(query: string | undefined): { readonly show?: readonly string[] } {
  const text = new URLSearchParams(query).get('show');
  return text === null ? {} : { show: text.split(',').filter((kind) => /^[a-z0-9_]+$/.test(kind)) };
}

function readCell(query: string | undefined): { readonly cell?: string } {
  const cell = new URLSearchParams(query).get('cell');
  return cell === null ? {} : { cell };
}

/** Kinds of noise need no escapes: they are lower-case words. */
function formatShow(show: readonly string[] | undefined): string {
  return show === undefined ? '' : `?show=${show.join(',')}`;
}

function isId(part: string | undefined): part is string {
  return part !== undefined && /^[0-9a-z]+$/i.test(part);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}
