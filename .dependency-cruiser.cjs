// The import table of the house style: each folder with what of ours it may import, beside itself.
const SERVER = {
  notebook: [],
  work: ['notebook'],
  // The user's own git repository, read by the system's git and never written.
  checkout: [],
  store: ['notebook', 'work'],
  // Import reads the user's own repository.
  history: ['notebook', 'work', 'checkout', 'store'],
  tracking: ['notebook', 'work', 'checkout', 'store', 'history'],
  review: ['store', 'history'],
  // What it records goes through history's journal, as that of tracking and review does.
  registry: ['store', 'history', 'tracking', 'review'],
  // Registries elsewhere: what of ours is linked there, registered there, and brought in from there.
  external: ['store', 'history', 'tracking', 'registry'],
  // What is linked to registries elsewhere is the end of it.
  lineage: ['notebook', 'work', 'store', 'history', 'tracking', 'registry', 'external'],
  capture: ['notebook', 'history', 'tracking', 'store'],
  lifecycle: ['registry', 'review', 'tracking', 'history', 'store', 'outbound'],
  access: ['store'],
  outbound: [],
  api: [
    ...['notebook', 'work', 'checkout', 'store', 'history', 'tracking', 'review'],
    ...['registry', 'external', 'lineage', 'capture'],
    ...['lifecycle', 'access', 'outbound'],
  ],
  cli: [
    ...['notebook', 'work', 'checkout', 'store', 'history', 'tracking', 'review'],
    ...['registry', 'external', 'lineage', 'capture'],
    ...['lifecycle', 'access', 'outbound', 'api'],
  ],
};

const EXTENSION = {
  client: [],
  model: ['client'],
  view: ['model'],
  capture: ['model', 'client'],
  commands: ['model', 'view', 'capture'],
  page: ['view', 'model', 'client'],
  plugins: ['client', 'model', 'view', 'capture', 'commands'],
};

function folders(side, table) {
  return Object.entries(table).map(([name, allowed]) => {
    const files = side === 'server' ? ['errors'] : [];
    const parts = [
      '^contract/',
      ...[name, ...allowed].map((each) => `^${side}/${each}/`),
      ...files.map((each) => `^${side}/${each}[.]ts$`),
    ];
    return {
      name: `${side}/${name}`,
      comment: `${side}/${name} may import of ours: ${['contract', ...allowed, ...files].join(', ')}.`,
      severity: 'error',
      from: { path: `^${side}/${name}/` },
      to: { path: '^(contract|server|extension)/', pathNot: parts },
    };
  });
}

function only(name, from, packages) {
  return {
    name,
    comment: `Only ${from} may import ${name.replace(/^only /, '')}.`,
    severity: 'error',
    from: { path: '^(contract|server|extension)/', pathNot: from },
    to: { path: packages },
  };
}

const modules = (...names) => names.map((name) => `node_modules/${name}(/|$)`);

module.exports = {
  forbidden: [
    {
      name: 'no cycles',
      comment: 'Imports point one way. A circle of types alone is none at run time.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'imports resolve',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'contract imports zod alone',
      severity: 'error',
      from: { path: '^contract/' },
      to: { pathNot: ['^contract/', ...modules('zod')] },
    },
    {
      name: 'errors imports contract alone',
      severity: 'error',
      from: { path: '^server/errors[.]ts$' },
      to: { pathNot: '^contract/' },
    },
    {
      name: 'app imports api',
      severity: 'error',
      from: { path: '^server/app[.]ts$' },
      to: { path: '^(server/(cli|main)|extension)' },
    },
    {
      name: 'server and browser meet in contract',
      severity: 'error',
      from: { path: '^server/' },
      to: { path: '^extension/' },
    },
    {
      name: 'browser and server meet in contract',
      severity: 'error',
      from: { path: '^extension/' },
      to: { path: '^server/' },
    },
    ...folders('server', SERVER),
    ...folders('extension', EXTENSION),
    only(
      'only store',
      '^server/store/',
      modules('isomorphic-git', 'lowdb', 'pg', 'kysely', '@aws-sdk'),
    ),
    only('only notebook', '^server/notebook/', modules('diff')),
    only('only api and app', ['^server/api/', '^server/app[.]ts$'], modules('express')),
    only(
      'only store, cli, work and main',
      ['^server/(store|cli|work)/', '^server/main([.]ts$|/)'],
      ['^(node:)?fs(/promises)?$'],
    ),
    {
      name: 'views know no JupyterLab',
      comment: 'Views, the model and the page run outside JupyterLab too.',
      severity: 'error',
      from: { path: '^extension/(client|model|view|page)/' },
      to: { path: ['node_modules/@jupyterlab/', 'node_modules/@lumino/'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
