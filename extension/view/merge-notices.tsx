import { useEffect, useRef, type JSX } from 'react';

import type { Decision } from '../../contract/merge.js';
import type { MergeModel } from '../model/merge.js';
import { countChoices } from '../model/merge-takes.js';
import { baseName, formatCount } from '../model/words.js';
import { TextButton } from './button.js';
import { Icon } from './icons.js';
import type { MergeLabels } from './merge-words.js';
import { ProblemBanner } from './states.js';
import { useStore } from './use-store.js';

/** What went wrong, what changed outside, and what the person is asked before saving or leaving. */
export function MergeNotices({ model }: { readonly model: MergeModel }): JSX.Element {
  const { problem, isStale, question, view, phase } = useStore(model);
  return (
    <>
      {problem === undefined ? null : (
        <ProblemBanner
          problem={problem}
          // What failed later is done again by its own button.
          {...(phase === 'failed' ? { onRetry: () => void model.load() } : {})}
        />
      )}
      {isStale ? (
        <div className="cellar-Banner" role="alert">
          <Icon name="warn" />
          <div>
            <p>
              The file changed meanwhile, so nothing was written. Your choices are kept where they
              still apply.
            </p>
            <TextButton look="plain" onClick={() => void model.load()}>
              Load again
            </TextButton>
          </div>
        </div>
      ) : null}
      {question === undefined || view === undefined ? null : (
        <Question key={question} model={model} labels={view.labels} />
      )}
    </>
  );
}

function Question(props: {
  readonly model: MergeModel;
  readonly labels: MergeLabels;
}): JSX.Element {
  const { model, labels } = props;
  const { question, merged, choices, view } = useStore(model);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    box.current?.querySelector('button')?.focus();
  }, []);
  const isSave = question === 'save';
  const words = isSave
    ? openWords(merged.open, labels)
    : `Leave without saving? ${formatCount(countChoices(choices), 'choice is', 'choices are')} dropped, and ${baseName(view?.path ?? '')} stays as it is.`;
  return (
    <div
      ref={box}
      className="cellar-Banner"
      role="alertdialog"
      aria-label={words}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        model.dismiss();
        event.currentTarget.closest<HTMLElement>('.cellar-Merge')?.focus();
      }}
    >
      <Icon name="warn" />
      <div>
        <p>{words}</p>
        <p className="cellar-MergeAnswers">
          {isSave ? (
            <>
              <TextButton
                look="accent"
                onClick={() => {
                  model.goToOpen();
                }}
              >
                Show the first
              </TextButton>
              <TextButton onClick={() => void model.save({ withOpen: true })}>
                Save all the same
              </TextButton>
            </>
          ) : (
            <>
              <TextButton
                look="accent"
                onClick={() => {
                  model.dismiss();
                }}
              >
                Stay
              </TextButton>
              <TextButton onClick={() => void model.leave({ withChoices: true })}>
                Leave without saving
              </TextButton>
            </>
          )}
        </p>
      </div>
    </div>
  );
}

/** What becomes of open conflicts when the file is saved. */
function openWords(open: readonly Decision[], labels: MergeLabels): string {
  const count = formatCount(open.length, 'conflict is still open', 'conflicts are still open');
  const are = (...abouts: readonly Decision['about'][]): boolean =>
    open.some(({ about }) => abouts.includes(about));
  const fates = [
    are('source') ? 'sources get both sides between lines marked <<<<<<< and >>>>>>>' : '',
    are('presence') ? 'cells that one side deleted stay' : '',
    are('outputs') ? `outputs stay as ${labels.local} has them` : '',
    are('place', 'type', 'attachments', 'metadata', 'notebook_metadata')
      ? `places, types and metadata stay as ${labels.local} has them`
      : '',
  ].filter((fate) => fate !== '');
  return `${count}. In the file, ${fates.join('; ')}.`;
}
