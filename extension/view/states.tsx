import type { JSX, ReactNode } from 'react';

import { describeExpired } from '../model/expired-words.js';
import type { Problem } from '../model/problem.js';
import { formatCount } from '../model/words.js';
import { TextButton } from './button.js';
import { Icon } from './icons.js';

/** A place with nothing in it, and what would fill it. */
export function Empty(props: {
  readonly title: string;
  readonly children?: ReactNode;
}): JSX.Element {
  return (
    <div className="cellar-Empty">
      <p className="cellar-Empty-title">{props.title}</p>
      {props.children === undefined ? null : <p>{props.children}</p>}
    </div>
  );
}

/** Grey bars in the place of lines that are being loaded for the first time. */
export function Skeleton(props: { readonly label: string; readonly rows: number }): JSX.Element {
  return (
    <div className="cellar-Skeleton" role="status" aria-label={props.label}>
      {Array.from({ length: props.rows }, (_, row) => (
        <div key={row} className="cellar-Skeleton-row">
          <span />
          <span />
        </div>
      ))}
    </div>
  );
}

/** What went wrong, what became of the person's things, and what to do; above what was loaded before. */
export function ProblemBanner(props: {
  readonly problem: Problem;
  /** Versions that wait in this browser. */
  readonly waiting?: number;
  readonly onRetry?: () => void;
}): JSX.Element {
  const { problem, waiting = 0, onRetry } = props;
  return (
    <div className={`cellar-Banner cellar-mod-${problem.kind}`} role="alert">
      <Icon name={problem.kind === 'away' ? 'away' : 'warn'} />
      <div>
        <p>{problemText(problem, waiting)}</p>
        {onRetry === undefined ? null : (
          <TextButton look="plain" onClick={onRetry}>
            Try now
          </TextButton>
        )}
      </div>
    </div>
  );
}

/** The words for a problem, with the number of versions that wait in this browser. */
export function problemText(problem: Problem, waiting = 0): string {
  switch (problem.kind) {
    case 'away':
      return waiting === 0
        ? 'Cellar does not answer. What was kept is safe; this list may be out of date.'
        : `Cellar does not answer. ${formatCount(waiting, 'version waits', 'versions wait')} in this browser and will be kept when it is back.`;
    case 'login':
      return 'You are not logged in any more. Open your login link again.';
    case 'expired':
      return describeExpired(problem.version, Date.now());
    case 'error':
      return problem.message;
  }
}
