import type { JSX } from 'react';

import type { Decision } from '../../contract/merge.js';
import type { MergeModel } from '../model/merge.js';
import { isOwn, type Choice } from '../model/merge-takes.js';
import { choiceName, subject, type MergeLabels } from './merge-words.js';
import { useStore } from './use-store.js';

const KEYS: Readonly<Record<Choice, string>> = { local: '1', remote: '2', both: '3', base: '0' };

/** One choice about a decision; pressed while it stands. Pressing it again takes it back. */
export function ChoiceButton(props: {
  readonly model: MergeModel;
  readonly decision: Decision;
  readonly choice: Choice;
  readonly labels: MergeLabels;
  /** In place of the side's name. */
  readonly words?: string;
  /** Where the taken text goes, as an arrow beside the name. */
  readonly arrow?: 'left' | 'right';
}): JSX.Element {
  const { model, decision, choice, labels, words, arrow } = props;
  const { choices } = useStore(model);
  const chosen = choices.decisions[decision.id];
  const stands = chosen === undefined ? isOwn(decision, choice) : chosen === choice;
  const name = words ?? choiceName(decision, choice, labels);
  return (
    <button
      type="button"
      className="cellar-Choice"
      aria-pressed={stands}
      aria-label={words ?? `Take ${name} for ${subject(decision)}`}
      title={`${words ?? `Take ${name}`} (${KEYS[choice]})`}
      onClick={() => {
        model.goTo(decision.id);
        model.choose(decision.id, choice);
      }}
    >
      {arrow === 'left' ? <span aria-hidden>{'\u2190'}</span> : null}
      <span className="cellar-Choice-name">{name}</span>
      {arrow === 'right' ? <span aria-hidden>{'\u2192'}</span> : null}
    </button>
  );
}

/** The choices that stand at one of the three columns: a side's at its own, with an arrow to the middle; both and base in the middle. */
export function ColumnChoices(props: {
  readonly model: MergeModel;
  readonly decision: Decision;
  readonly offered: readonly Choice[];
  readonly column: 'local' | 'merged' | 'remote';
  readonly labels: MergeLabels;
}): JSX.Element {
  const { offered, column, ...rest } = props;
  const own = offered.filter(
    (choice) => (choice === 'both' || choice === 'base' ? 'merged' : choice) === column,
  );
  return (
    <>
      {own.map((choice) => (
        <ChoiceButton key={choice} {...rest} choice={choice} {...arrowOf(choice)} />
      ))}
    </>
  );
}

function arrowOf(choice: Choice): { arrow?: 'left' | 'right' } {
  if (choice === 'local') return { arrow: 'right' };
  return choice === 'remote' ? { arrow: 'left' } : {};
}
