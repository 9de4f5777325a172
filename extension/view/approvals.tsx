import { useState, type JSX } from 'react';

import type { Approval, VersionPage } from '../../contract/models.js';
import { personName, ruleWords } from '../model/model-words.js';
import { formatCount } from '../model/words.js';
import { TextButton } from './button.js';
import { Icon } from './icons.js';
import { Facts, FormButtons, Moment } from './model-parts.js';

/** What whoever sees a version can do about its approvals. */
export interface ApprovalActions {
  /** True when it was done. */
  readonly onApprove: (comment: string) => Promise<boolean>;
  readonly onWithdraw: () => void;
  /** Makes a link by which a person is let in by name; gives it, to be copied. Absent for who may not. */
  readonly onLink?: (person: string) => Promise<string>;
}

/** Who has approved a version, who may still, and the way to do it. */
export function Approvals(props: {
  readonly version: VersionPage;
  readonly actions: ApprovalActions;
}): JSX.Element {
  const { rule, standing } = props.version;
  const { approvals, missing, waiting } = standing;
  return (
    <Facts title="Approval">
      {rule === null ? (
        <p className="cellar-quiet">None is asked for.</p>
      ) : (
        <p>
          {`${ruleWords(rule)}. `}
          <b className={missing === 0 ? 'cellar-mod-better' : 'cellar-mod-modified'}>
            {missing === 0 ? 'Approved.' : `${formatCount(missing, 'approval')} missing.`}
          </b>
        </p>
      )}
      <ul className="cellar-Approvals">
        {approvals.map((approval) => (
          <ApprovalLine key={approval.person} approval={approval} />
        ))}
      </ul>
      <Approve {...props} />
      {missing === 0 || props.actions.onLink === undefined ? null : (
        <Ask persons={waiting} onLink={props.actions.onLink} />
      )}
    </Facts>
  );
}

function ApprovalLine({ approval }: { readonly approval: Approval }): JSX.Element {
  const { person, time, comment, counts, why } = approval;
  return (
    <li className={counts ? 'cellar-mod-better' : 'cellar-mod-modified'}>
      <Icon name={counts ? 'check' : 'warn'} title={counts ? 'Counts' : 'Does not count'} />
      <span>
        <b title={person}>{personName(person)}</b>{' '}
        <span className="cellar-quiet">
          <Moment time={time} />
        </span>
        {comment === '' ? null : <q className="cellar-Comment">{comment}</q>}
        {why === null ? null : <span className="cellar-quiet"> {why}</span>}
      </span>
    </li>
  );
}

function Approve(props: {
  readonly version: VersionPage;
  readonly actions: ApprovalActions;
}): JSX.Element | null {
  const { version, actions } = props;
  const [comment, setComment] = useState<string>();
  const { mayApprove, own, why } = version.standing;
  if (own)
    return (
      <TextButton look="plain" onClick={actions.onWithdraw}>
        Take my approval back
      </TextButton>
    );
  if (!mayApprove) return version.rule === null ? null : <p className="cellar-quiet">{why}</p>;
  if (comment === undefined)
    return (
      <TextButton
        look={version.standing.missing > 0 ? 'accent' : 'plain'}
        onClick={() => {
          setComment('');
        }}
      >
        {`Approve v${String(version.version)}…`}
      </TextButton>
    );
  return (
    <form
      className="cellar-Form"
      onSubmit={(event) => {
        event.preventDefault();
        void actions.onApprove(comment).then((done) => {
          if (done) setComment(undefined);
        });
      }}
    >
      <label>
        What you have looked at (may stay empty)
        <textarea
          rows={2}
          value={comment}
          autoFocus
          onChange={({ target }) => {
            setComment(target.value);
          }}
        />
      </label>
      <FormButtons
        save={`Approve ${version.name} v${String(version.version)}`}
        onCancel={() => {
          setComment(undefined);
        }}
      />
    </form>
  );
}

/** A link for each person who is waited for: whoever opens it is let in by that name. */
function Ask(props: {
  readonly persons: readonly string[];
  readonly onLink: (person: string) => Promise<string>;
}): JSX.Element {
  const [made, setMade] = useState<{ readonly person: string; readonly link: string }>();
  return (
    <div className="cellar-Ask">
      <span className="cellar-quiet">Ask:</span>
      {props.persons.map((person) => (
        <TextButton
          key={person}
          look="plain"
          title={`Makes a link that lets ${person} in, once, to approve by name`}
          onClick={() => {
            void props.onLink(person).then(
              (link) => {
                setMade({ person, link });
              },
              () => undefined,
            );
          }}
        >
          {`Link for ${personName(person)}`}
        </TextButton>
      ))}
      {made === undefined ? null : (
        <label className="cellar-Ask-link">
          {`Give this to ${personName(made.person)}; it works once:`}
          <input
            readOnly
            value={made.link}
            onFocus={({ target }) => {
              target.select();
            }}
          />
        </label>
      )}
    </div>
  );
}
