import { useCallback, useEffect, useRef, type JSX } from 'react';

import type { HistoryModel } from '../model/history.js';
import type { ImportModel } from '../model/import.js';
import type { IntakesModel } from '../model/intakes.js';
import type { IntroductionModel } from '../model/introduction.js';
import type { LiveModel } from '../model/live.js';
import type { NoticesModel } from '../model/notices.js';
import type { Problem } from '../model/problem.js';
import type { SpaceModel, SpaceState } from '../model/space.js';
import { Store } from '../model/store.js';
import type { HistoryActions } from './history-actions.js';
import { HistoryHeader } from './history-header.js';
import { HistoryList } from './history-list.js';
import { ExpiredNote } from './expired-note.js';
import { ImportCard } from './import-card.js';
import { IntroductionCard } from './introduction-card.js';
import { IntakeLines } from './intake-line.js';
import { Notices } from './notices.js';
import { ObstacleNote } from './obstacle-note.js';
import { SpaceLine } from './space-line.js';
import { Empty, ProblemBanner, Skeleton } from './states.js';
import { useShown } from './use-shown.js';
import { useNow, useStore } from './use-store.js';

const NO_SPACE = new Store<SpaceState>({ workspace: undefined });
const AWAY: Problem = { kind: 'away' };

/** One notebook's history as a narrow panel: made for 300 pixels, works at 220. */
export function HistoryPanel(props: {
  readonly model: HistoryModel;
  readonly actions: HistoryActions;
  /** What goes on in the notebook; without it nothing is followed. */
  readonly live?: LiveModel;
  readonly space?: SpaceModel;
  /** Offers what git has of notebooks; without it nothing is offered. */
  readonly imports?: ImportModel;
  readonly introduction?: IntroductionModel;
  readonly notices?: NoticesModel;
  readonly intakes?: IntakesModel;
}): JSX.Element {
  const { model, live, space, imports, introduction, notices, intakes } = props;
  const place = useRef<HTMLElement>(null);
  const tell = useCallback((isShown: boolean) => live?.setShown(isShown), [live]);
  useShown(place, tell);
  const obstacle = useStore<SpaceState>(space ?? NO_SPACE).workspace?.obstacle ?? undefined;
  const actions = obstacle === undefined ? props.actions : { ...props.actions, obstacle };
  const { path, phase, problem, capture, items } = useStore(model);
  // What goes on stands there before the first version does.
  const isList = phase === 'ready' || (phase === 'empty' && items.length > 0);
  const now = useNow(60_000);
  useEffect(() => {
    model.tick();
  }, [model, now]);
  const waiting = capture?.kind === 'waiting' ? capture.count : 0;
  // What waits was told so by the server's absence, also while the list itself was not asked for again.
  const shown = problem ?? (waiting > 0 ? AWAY : undefined);
  const label = path === undefined ? 'History' : `History of ${path}`;
  return (
    <section className="cellar cellar-History" aria-label={label} ref={place}>
      <HistoryHeader model={model} actions={actions} live={live} />
      {/* What keeps versions from being kept comes before what was found in them. */}
      {obstacle === undefined ? null : (
        <ObstacleNote obstacle={obstacle}>
          Versions can still be seen, compared and exported. New ones wait in this browser.
        </ObstacleNote>
      )}
      {shown === undefined ? null : (
        <ProblemBanner
          problem={shown}
          waiting={waiting}
          onRetry={() => {
            actions.onRetry?.();
            void model.retry();
          }}
        />
      )}
      {intakes === undefined ? null : <IntakeLines model={intakes} path={path} />}
      {notices === undefined ? null : (
        <Notices model={notices} path={path} onShowCell={actions.onShowCell} />
      )}
      {introduction === undefined || obstacle !== undefined ? null : (
        <IntroductionCard
          model={introduction}
          onPause={actions.onPauseWorkspace}
          onSettings={actions.onOpenSettings}
        />
      )}
      {imports === undefined || obstacle !== undefined ? null : <ImportCard model={imports} />}
      {isList ? (
        <HistoryList model={model} actions={actions} live={live} />
      ) : (
        <NoList model={model} />
      )}
      {space === undefined ? null : <SpaceLine model={space} />}
    </section>
  );
}

function NoList({ model }: { readonly model: HistoryModel }): JSX.Element | null {
  const { phase, text, capture, expired } = useStore(model);
  if (phase === 'idle')
    return <Empty title="No notebook is open.">Open one to see its versions here.</Empty>;
  if (phase === 'loading') return <Skeleton label="Loading versions" rows={5} />;
  if (phase !== 'empty') return null;
  if (expired !== undefined)
    return (
      <ExpiredNote
        version={expired}
        label="Find that one"
        onNearest={(id) => {
          model.search(id);
        }}
      />
    );
  if (text !== '') return <Empty title="No version matches.">Try fewer or other words.</Empty>;
  if (capture?.kind === 'paused' || capture?.kind === 'ignored')
    return (
      <Empty title="No versions yet.">None are kept while this notebook is {capture.kind}.</Empty>
    );
  // Why the first one was not kept stands above.
  if (capture?.kind === 'error') return <Empty title="No versions yet." />;
  return <Empty title="No versions yet.">Run a cell and the first one is kept.</Empty>;
}
