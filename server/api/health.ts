import type { RequestHandler } from 'express';

import type { ApiParts } from './parts.js';

/** Answers that the server works; says nothing else, since nobody has proved who they are. */
export function health(parts: ApiParts): RequestHandler {
  return (_request, response) => {
    response.json({ status: 'ok', version: parts.version });
  };
}

/** Figures for Prometheus, in its text format 0.0.4. */
export function metrics(parts: ApiParts): RequestHandler {
  const { catalog } = parts.history.store;
  return async (_request, response) => {
    const figures: readonly (readonly [string, string, number])[] = [
      ['cellar_snapshots', 'Snapshots in the catalog', await catalog.snapshotCount()],
      ['cellar_notebooks', 'Notebooks in the catalog', await catalog.notebookCount()],
      ['cellar_resident_bytes', 'Memory of the server', process.memoryUsage().rss],
      ['cellar_uptime_seconds', 'Since the server started', process.uptime()],
    ];
    response
      .type('text/plain; version=0.0.4; charset=utf-8')
      .send(
        figures
          .map(
            ([name, help, value]) =>
              `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${name} ${value}\n`,
          )
          .join(''),
      );
  };
}
