import { Notification } from '@jupyterlab/apputils';

import { describeExpired } from '../model/expired-words.js';
import { toProblem } from '../model/problem.js';

/** Says in a corner what failed and why, and offers what can be done; the command that called has nothing more to do. */
export function tellFailure(
  what: string,
  error: unknown,
  actions: readonly Notification.IAction[] = [],
): void {
  Notification.error(`${what} ${describe(error)}`, {
    // What offers a way on waits until it is taken.
    autoClose: actions.length === 0 ? 8000 : false,
    actions: [...actions],
  });
  console.warn(what, error);
}

function describe(error: unknown): string {
  const problem = toProblem(error);
  switch (problem.kind) {
    case 'away':
      return 'Cellar does not answer.';
    case 'login':
      return 'Log in to Jupyter again first.';
    case 'expired':
      return describeExpired(problem.version, Date.now());
    case 'error':
      return problem.message;
  }
}
