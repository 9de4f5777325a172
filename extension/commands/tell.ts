import { Notification } from '@jupyterlab/apputils';

import { toProblem } from '../model/problem.js';

/** Says in a corner what failed and why; the command that called has nothing more to do. */
export function tellFailure(what: string, error: unknown): void {
  Notification.error(`${what} ${describe(error)}`, { autoClose: 8000 });
  console.warn(what, error);
}

function describe(error: unknown): string {
  const problem = toProblem(error);
  switch (problem.kind) {
    case 'away':
      return 'Cellar does not answer.';
    case 'login':
      return 'Log in to Jupyter again first.';
    case 'error':
      return problem.message;
  }
}
