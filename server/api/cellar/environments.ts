import {
  environmentIdSchema,
  keptEnvironmentSchema,
  sentEnvironmentSchema,
} from '../../../contract/environment.js';
import { CellarError } from '../../errors.js';
import { getEnvironment, keepEnvironment } from '../../tracking/environments.js';
import { jsonOperation, toApproach, type Operation } from '../operation.js';
import type { ApiParts } from '../parts.js';

/** What kernels run on: told by each once, and read by its id. */
export function environmentOperations({ history, access }: ApiParts): readonly Operation[] {
  return [
    jsonOperation({
      method: 'post',
      route: 'environments',
      summary: 'Keep what a kernel runs on: Python, packages, the state of the git repository',
      grants: ['kernel'],
      body: sentEnvironmentSchema,
      answer: environmentIdSchema,
      run: async ({ body: { kernel, ...environment }, request }) => {
        const own = access.identify(toApproach(request)).kernel;
        if (own !== undefined && own !== kernel)
          throw new CellarError(
            'forbidden',
            `The token of kernel ${own} tells of that kernel alone, not of ${kernel}.`,
          );
        return { id: await keepEnvironment(history, kernel, environment) };
      },
    }),
    jsonOperation({
      method: 'get',
      route: 'environment',
      summary: 'What a version or a run ran on',
      grants: ['viewer'],
      answer: keptEnvironmentSchema,
      run: async ({ param }) => {
        const id = param('id');
        return { id, ...(await getEnvironment(history.store, id)) };
      },
    }),
  ];
}
