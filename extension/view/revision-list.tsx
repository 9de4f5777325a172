import { useEffect, useId, useRef, type JSX, type KeyboardEvent } from 'react';

import type { RevisionChoice, RevisionsModel } from '../model/revisions.js';
import { formatFullTime, formatMoment } from '../model/time.js';
import { Empty, ProblemBanner, Skeleton } from './states.js';
import { useStore } from './use-store.js';

/** A field and a list to choose a revision from; arrows move in the list while one types. */
export function RevisionList(props: {
  readonly model: RevisionsModel;
  /** A double click chooses and is done. */
  readonly onDone: () => void;
}): JSX.Element {
  const { model, onDone } = props;
  const { phase, problem, text, choices, chosen, any, repository } = useStore(model);
  const list = useRef<HTMLUListElement>(null);
  const id = useId();
  useEffect(() => {
    list.current?.children[chosen]?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  return (
    <div className="cellar cellar-Revisions">
      <input
        type="text"
        role="combobox"
        aria-label="Search in commits, or type a revision"
        aria-expanded
        aria-controls={id}
        aria-activedescendant={choices.length === 0 ? undefined : `${id}-${String(chosen)}`}
        placeholder="Search, or type a revision such as HEAD~1"
        spellCheck={false}
        autoFocus
        value={text}
        onChange={(event) => {
          model.search(event.currentTarget.value);
        }}
        onKeyDown={(event) => {
          onListKey(event, model);
        }}
      />
      {problem === undefined ? null : <ProblemBanner problem={problem} />}
      {phase === 'loading' ? <Skeleton label="Loading commits" rows={4} /> : null}
      {phase === 'ready' && choices.length === 0 ? (
        <Empty title={emptyTitle(any, repository)}>
          {repository ? 'A branch, a tag or a hash can be typed too.' : undefined}
        </Empty>
      ) : null}
      <ul ref={list} id={id} role="listbox" aria-label="Revisions">
        {choices.map((choice, at) => (
          <li
            key={keyOf(choice)}
            id={`${id}-${String(at)}`}
            role="option"
            aria-selected={at === chosen}
            onClick={() => {
              model.choose(at);
            }}
            onDoubleClick={onDone}
          >
            <ChoiceLine choice={choice} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function emptyTitle(any: boolean, repository: boolean): string {
  if (!repository) return 'This notebook is in no git repository.';
  return any ? 'No commit matches.' : 'No commit holds this notebook yet.';
}

function ChoiceLine({ choice }: { readonly choice: RevisionChoice }): JSX.Element {
  if (choice.kind === 'typed')
    return (
      <>
        <span className="cellar-quiet">revision</span> <code>{choice.text}</code>
      </>
    );
  const { commit, subject, author, time } = choice.revision;
  return (
    <>
      <span className="cellar-Revisions-subject">{subject}</span>
      <span className="cellar-quiet">
        <code>{commit.slice(0, 7)}</code> · {author} ·{' '}
        <time dateTime={time} title={formatFullTime(time)}>
          {formatMoment(time, Date.now())}
        </time>
      </span>
    </>
  );
}

function keyOf(choice: RevisionChoice): string {
  return choice.kind === 'typed' ? 'typed' : choice.revision.commit;
}

/** How far a key moves in the list. */
const STEPS: Readonly<Record<string, number>> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: 8,
  PageUp: -8,
};

function onListKey(event: KeyboardEvent, model: RevisionsModel): void {
  const step = Object.hasOwn(STEPS, event.key) ? STEPS[event.key] : undefined;
  if (step === undefined) return;
  model.choose(model.state.chosen + step);
  event.preventDefault();
}
