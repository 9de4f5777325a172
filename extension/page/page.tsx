import { useCallback, useEffect, useState, type JSX } from 'react';

import type { Notebook } from '../../contract/history.js';
import type { Client } from '../client/client.js';
import type { ExternalClient } from '../client/external.js';
import type { MergeClient } from '../client/merge.js';
import type { ModelsClient } from '../client/models.js';
import type { Memory } from '../model/memory.js';
import type { Obstacle } from '../model/obstacle-words.js';
import { toProblem, type Problem } from '../model/problem.js';
import { NotebookList } from '../view/notebook-list.js';
import { ObstacleNote } from '../view/obstacle-note.js';
import { Empty, ProblemBanner, Skeleton } from '../view/states.js';
import { CopyLink } from './copy-link.js';
import { DiffPage } from './diff-page.js';
import { LineagePage } from './lineage-page.js';
import { Login } from './login.js';
import { MergePage } from './merge-page.js';
import { ModelsPage } from './models-page.js';
import { NotebookPage } from './notebook-page.js';
import { ModelCrumbs, ModelsLink } from './model-crumbs.js';
import { formatRoute, parseRoute, type PageRoute } from './routes.js';
import { ThemeButton } from './theme.js';

/** What the page is drawn from. */
export interface PageProps {
  readonly client: Client;
  readonly merges: MergeClient;
  readonly models: ModelsClient;
  readonly external: ExternalClient;
  readonly memory: Memory;
  /** Keeps what was chosen and not saved as long as this tab is open. */
  readonly drafts: Memory;
  /** The login link that led here was not taken. */
  readonly linkRefused?: boolean;
}

/** What the address names: a merge by itself, or the reviewer's page. */
export function Page(props: PageProps): JSX.Element {
  const route = useRoute();
  const { linkRefused = false } = props;
  return route.kind === 'merge' ? (
    <MergePage key={route.path} {...props} path={route.path} linkRefused={linkRefused} />
  ) : (
    <ReviewPage {...props} route={route} linkRefused={linkRefused} />
  );
}

type ReviewRoute = Exclude<PageRoute, { kind: 'merge' }>;

/** The reviewer's page: notebooks at the left, a notebook's versions or a diff in the middle, where one is at the top. */
function ReviewPage(props: {
  readonly client: Client;
  readonly models: ModelsClient;
  readonly external: ExternalClient;
  readonly memory: Memory;
  readonly route: ReviewRoute;
  readonly linkRefused: boolean;
}): JSX.Element {
  const { client, memory, route, linkRefused } = props;
  const { notebooks, name, problem, obstacle, load } = useWorkspace(client);
  const [diffed, setDiffed] = useState<string>();
  const current = route.kind === 'notebook' ? route.id : route.kind === 'diff' ? diffed : undefined;
  const notebook = notebooks?.find(({ id }) => id === current);
  useEffect(() => {
    const model = 'name' in route ? route.name : undefined;
    document.title = [model ?? notebook?.path, name ?? 'Cellar'].filter(Boolean).join(' · ');
  }, [notebook, name, route]);
  if (problem?.kind === 'login')
    return (
      <div className="cellar cellar-Page">
        <Login client={client} linkRefused={linkRefused} onDone={load} />
      </div>
    );
  return (
    <div className={`cellar cellar-Page cellar-mod-${route.kind}`}>
      <header className="cellar-Top">
        <Breadcrumb name={name ?? 'Cellar'} notebook={notebook} route={route} />
        {route.kind === 'home' ? null : <CopyLink />}
        <ThemeButton memory={memory} />
      </header>
      {problem === undefined ? null : <ProblemBanner problem={problem} onRetry={load} />}
      {obstacle === undefined ? null : (
        <ObstacleNote obstacle={obstacle}>
          {obstacle === 'damaged'
            ? 'Some versions may not be shown.'
            : 'Versions can still be seen and compared.'}
        </ObstacleNote>
      )}
      <div className="cellar-Page-body">
        {notebooks === undefined ? (
          <Skeleton label="Loading notebooks" rows={4} />
        ) : (
          <NotebookList
            notebooks={notebooks}
            current={current}
            urlOf={({ id }) => formatRoute({ kind: 'notebook', id })}
            above={<ModelsLink route={route} />}
          />
        )}
        <main className="cellar-Page-main">
          <Centre {...props} route={route} notebooks={notebooks} onNotebook={setDiffed} />
        </main>
      </div>
    </div>
  );
}

function Centre(props: {
  readonly client: Client;
  readonly models: ModelsClient;
  readonly external: ExternalClient;
  readonly memory: Memory;
  readonly route: ReviewRoute;
  readonly notebooks: readonly Notebook[] | undefined;
  readonly onNotebook: (id: string) => void;
}): JSX.Element | null {
  const { client, models, external, memory, route, notebooks, onNotebook } = props;
  switch (route.kind) {
    case 'home':
      if (notebooks?.length === 0)
        return (
          <Empty title="No versions yet.">
            Run a cell in JupyterLab and the first one is kept.
          </Empty>
        );
      return <Empty title="Choose a notebook to see its versions." />;
    case 'notebook': {
      const notebook = notebooks?.find(({ id }) => id === route.id);
      if (notebook !== undefined)
        return (
          <NotebookPage key={notebook.id} {...{ client, models, external, memory, notebook }} />
        );
      return notebooks === undefined ? null : (
        <Empty title="This notebook is not here.">It may belong to another workspace.</Empty>
      );
    }
    case 'run':
      return (
        <LineagePage {...{ client, models, external }} node={`run:${route.id}`} cell={route.cell} />
      );
    case 'lineage':
      return <LineagePage {...{ client, models, external }} node={route.node} />;
    case 'diff':
      return <DiffPage client={client} memory={memory} route={route} onNotebook={onNotebook} />;
    case 'models':
    case 'model':
    case 'version':
    case 'versions':
      return <ModelsPage {...{ client, models, external, route }} />;
  }
}

/** What the last part of the breadcrumb says. */
const HERE: Readonly<Partial<Record<ReviewRoute['kind'], string>>> = {
  diff: 'What changed',
  run: 'Run',
  lineage: 'Lineage',
};

function Breadcrumb(props: {
  readonly name: string;
  readonly notebook: Notebook | undefined;
  readonly route: ReviewRoute;
}): JSX.Element {
  const { name, notebook, route } = props;
  return (
    <nav className="cellar-Crumbs" aria-label="Where you are">
      <a
        href={formatRoute({ kind: 'home' })}
        aria-current={route.kind === 'home' ? 'page' : undefined}
      >
        {name}
      </a>
      {notebook === undefined ? null : (
        <a
          href={formatRoute({ kind: 'notebook', id: notebook.id })}
          aria-current={route.kind === 'notebook' ? 'page' : undefined}
        >
          {notebook.path}
        </a>
      )}
      {route.kind in HERE ? <span aria-current="page">{HERE[route.kind]}</span> : null}
      <ModelCrumbs route={route} />
    </nav>
  );
}

function useRoute(): PageRoute {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    const read = (): void => {
      setRoute(parseRoute(location.hash));
    };
    window.addEventListener('hashchange', read);
    return () => {
      window.removeEventListener('hashchange', read);
    };
  }, []);
  return route;
}

interface LoadedWorkspace {
  readonly notebooks?: readonly Notebook[];
  readonly name?: string;
  readonly obstacle?: Obstacle | undefined;
  readonly problem?: Problem;
}

function useWorkspace(client: Client): LoadedWorkspace & { readonly load: () => void } {
  const [loaded, setLoaded] = useState<LoadedWorkspace>({});
  const load = useCallback(() => {
    Promise.all([client.notebooks(), client.workspace()]).then(
      ([notebooks, { name, obstacle }]) => {
        setLoaded({ notebooks, name, obstacle: obstacle ?? undefined });
      },
      (error: unknown) => {
        setLoaded((before) => ({ ...before, problem: toProblem(error) }));
      },
    );
  }, [client]);
  const locked = loaded.problem?.kind === 'login';
  useEffect(() => {
    load();
  }, [load]);
  useEffect(() => {
    // Without a login there is nothing to listen to, and the browser would ask on and on.
    if (locked) return undefined;
    const events = client.events(({ kind }) => {
      if (kind !== 'progress' && kind !== 'generation' && kind !== 'runs') load();
    });
    return () => {
      events.dispose();
    };
  }, [client, load, locked]);
  return { ...loaded, load };
}
