import { useState, type JSX, type ReactNode } from 'react';

import type { Stage, TrailEntry } from '../../contract/models.js';
import { moveWords, personName } from '../model/model-words.js';
import { formatFullTime, formatMoment } from '../model/time.js';
import { TextButton } from './button.js';
import { useNow } from './use-store.js';

/** Movable names of a version, each behind its "@". */
export function Aliases({ names }: { readonly names: readonly string[] }): JSX.Element {
  return (
    <>
      {names.map((name) => (
        <span key={name} className="cellar-Alias">
          @{name}
        </span>
      ))}
    </>
  );
}

/** A stage as a word; none is no word. */
export function StageWord({ stage }: { readonly stage: Stage }): JSX.Element | null {
  return stage === 'None' ? null : (
    <span className={`cellar-Stage cellar-mod-${stage.toLowerCase()}`}>{stage}</span>
  );
}

/** A moment in milliseconds since 1970, with its full time as tooltip. */
export function Moment({ time }: { readonly time: number }): JSX.Element {
  const now = useNow(60_000);
  const text = new Date(time).toISOString();
  return (
    <time dateTime={text} title={formatFullTime(text)}>
      {formatMoment(text, now)}
    </time>
  );
}

/** A group of facts under a heading. */
export function Facts(props: {
  readonly title: string;
  readonly children: ReactNode;
}): JSX.Element {
  return (
    <section className="cellar-Facts" aria-label={props.title}>
      <h2>{props.title}</h2>
      {props.children}
    </section>
  );
}

/** What befell something, newest first; the oldest are shown on demand. */
export function Trail({ trail }: { readonly trail: readonly TrailEntry[] }): JSX.Element {
  const [all, setAll] = useState(false);
  const moves = trail.slice().reverse();
  const shown = all ? moves : moves.slice(0, MOST_MOVES);
  return (
    <>
      <ol className="cellar-Trail">
        {shown.map((move) => (
          <li key={move.order} title={`Record ${String(move.order)}, SHA-256 ${move.sha256}`}>
            <Moment time={move.time} />
            <span>
              <b>{personName(move.who)}</b> {byKernel(move)}
              {moveWords(move)}
              {move.comment === null ? null : <q className="cellar-Comment">{move.comment}</q>}
            </span>
          </li>
        ))}
      </ol>
      {shown.length === moves.length ? null : (
        <TextButton
          look="plain"
          onClick={() => {
            setAll(true);
          }}
        >
          {`${String(moves.length - shown.length)} more`}
        </TextButton>
      )}
    </>
  );
}

const MOST_MOVES = 12;

/** Code that ran for a person is not the person. */
function byKernel({ grant }: TrailEntry): string {
  return grant === 'kernel' ? '(by code) ' : '';
}

/** A text that can be put anew: a button turns it into a field. */
export function EditableText(props: {
  readonly label: string;
  readonly text: string;
  readonly mayChange: boolean;
  readonly onSave: (text: string) => Promise<boolean>;
}): JSX.Element {
  const { label, text, mayChange, onSave } = props;
  const [draft, setDraft] = useState<string>();
  if (draft === undefined)
    return (
      <p className="cellar-Described">
        {text === '' ? <span className="cellar-quiet">No description.</span> : text}{' '}
        {mayChange ? (
          <TextButton
            look="plain"
            onClick={() => {
              setDraft(text);
            }}
          >
            {text === '' ? 'Describe it' : 'Edit'}
          </TextButton>
        ) : null}
      </p>
    );
  return (
    <form
      className="cellar-Form"
      onSubmit={(event) => {
        event.preventDefault();
        void onSave(draft).then((done) => {
          if (done) setDraft(undefined);
        });
      }}
    >
      <textarea
        aria-label={label}
        rows={4}
        value={draft}
        autoFocus
        onChange={({ target }) => {
          setDraft(target.value);
        }}
      />
      <FormButtons
        save="Save"
        onCancel={() => {
          setDraft(undefined);
        }}
      />
    </form>
  );
}

/** The two buttons below a form. */
export function FormButtons(props: {
  readonly save: string;
  readonly disabled?: boolean;
  readonly onCancel: () => void;
}): JSX.Element {
  return (
    <div className="cellar-Form-buttons">
      <button
        type="submit"
        className="cellar-TextButton cellar-mod-accent"
        disabled={props.disabled}
      >
        {props.save}
      </button>
      <TextButton onClick={props.onCancel}>Cancel</TextButton>
    </div>
  );
}
