import { useState, type JSX } from 'react';

import type { FoundSecret } from '../../contract/secrets.js';
import { isRefused, type Notice, type NoticesModel, type SecretNotice } from '../model/notices.js';
import type { Problem } from '../model/problem.js';
import { describeSecret } from '../model/secret-words.js';
import { IconButton, TextButton } from './button.js';
import { Icon, type IconName } from './icons.js';
import { problemText } from './states.js';
import { useStore } from './use-store.js';

const SHOWN = 3;

/** What was found while the notebook was kept, or could not be; it stays until it is dismissed. */
export function Notices(props: {
  readonly model: NoticesModel;
  readonly path: string | undefined;
  readonly onShowCell?: (secret: FoundSecret) => void;
}): JSX.Element {
  const { model, path, onShowCell } = props;
  useStore(model);
  const [all, setAll] = useState(false);
  const notices = model.at(path);
  const shown = all ? notices : notices.slice(0, SHOWN);
  const left = notices.length - shown.length;
  // In the document before there is anything to say, so that it is said when there is.
  return (
    <div role="status">
      {path === undefined || notices.length === 0 ? null : (
        <section className={`cellar-Notices cellar-mod-${lookOf(notices)}`} aria-label="Notices">
          <div className="cellar-Notices-head">
            <p className="cellar-Notices-title">{titleOf(notices)}</p>
            <IconButton
              icon="close"
              label="Dismiss"
              onClick={() => {
                model.dismiss(path);
              }}
            />
          </div>
          <ul>
            {shown.map((notice) => (
              <li key={notice.key} className="cellar-Notice">
                {notice.kind === 'other' ? (
                  <>
                    <Icon name="warn" />
                    <p>{notice.message}</p>
                  </>
                ) : (
                  <SecretItem
                    notice={notice}
                    onShowCell={onShowCell}
                    onAllow={(allowed) => void model.allow(path, notice.key, allowed)}
                  />
                )}
              </li>
            ))}
          </ul>
          {left === 0 ? null : (
            <TextButton
              look="plain"
              onClick={() => {
                setAll(true);
              }}
            >
              {`${String(left)} more`}
            </TextButton>
          )}
        </section>
      )}
    </div>
  );
}

const ICONS: Readonly<Record<SecretNotice['outcome'], IconName>> = {
  redacted: 'lock',
  kept: 'warn',
  refused: 'warn',
};

function SecretItem(props: {
  readonly notice: SecretNotice;
  readonly onShowCell: ((secret: FoundSecret) => void) | undefined;
  readonly onAllow: (allowed: boolean) => void;
}): JSX.Element {
  const { notice, onShowCell, onAllow } = props;
  const { secret, outcome, answer } = notice;
  return (
    <>
      <Icon name={answer.kind === 'allowed' ? 'check' : ICONS[outcome]} />
      <div>
        <p>{describeSecret(notice)}</p>
        {answer.kind === 'busy' || answer.problem === undefined ? null : (
          <p role="alert">That was not taken. {answerProblem(answer.problem)}</p>
        )}
        <div className="cellar-Notice-actions">
          {onShowCell === undefined || secret.index < 0 ? null : (
            <TextButton
              look="plain"
              onClick={() => {
                onShowCell(secret);
              }}
            >
              {`Show cell ${String(secret.index + 1)}`}
            </TextButton>
          )}
          <Allow notice={notice} onAllow={onAllow} />
        </div>
      </div>
    </>
  );
}

/** "This is no secret", and the way back from it; what was purged stays away whatever is said. */
function Allow(props: {
  readonly notice: SecretNotice;
  readonly onAllow: (allowed: boolean) => void;
}): JSX.Element | null {
  const { notice, onAllow } = props;
  const { answer, secret } = notice;
  if (secret.rule === 'purged') return null;
  const isAllowed = answer.kind === 'allowed';
  return (
    <TextButton
      look="plain"
      disabled={answer.kind === 'busy'}
      title={
        isAllowed ? 'It may be a secret after all' : 'Keep this text in every version from now on'
      }
      onClick={() => {
        onAllow(!isAllowed);
      }}
    >
      {isAllowed ? 'Undo' : 'This is no secret'}
    </TextButton>
  );
}

function answerProblem(problem: Problem): string {
  return problem.kind === 'away' ? 'Cellar does not answer.' : problemText(problem);
}

/** The gravest of what there is to say. */
function lookOf(notices: readonly Notice[]): 'error' | 'warn' | 'plain' {
  if (notices.some(isRefused)) return 'error';
  return notices.some((notice) => notice.kind === 'other' || isOpen(notice, 'kept'))
    ? 'warn'
    : 'plain';
}

function titleOf(notices: readonly Notice[]): string {
  if (notices.some(isRefused)) return 'Not kept';
  const secrets = notices.filter((notice) => isOpen(notice)).length;
  if (secrets > 0)
    return secrets === 1 ? 'A secret was found' : `${String(secrets)} secrets were found`;
  return notices.some(({ kind }) => kind === 'other') ? 'Not everything was kept' : 'No secret';
}

/** True for a secret that nobody said is none. */
function isOpen(notice: Notice, outcome?: SecretNotice['outcome']): boolean {
  return (
    notice.kind === 'secret' &&
    notice.answer.kind !== 'allowed' &&
    (outcome === undefined || notice.outcome === outcome)
  );
}
