import {
  environmentIdSchema,
  keptEnvironmentSchema,
  sentEnvironmentSchema,
} from '../../../contract/environment.js';
import { getEnvironment, keepEnvironment } from '../../tracking/environments.js';
import { jsonOperation, type Operation } from '../operation.js';
import type { ApiParts } from '../parts.js';

/** What kernels run on: told by each once, and read by its id. */
export function environmentOperations({ history }: ApiParts): readonly Operation[] {
  return [
    jsonOperation({
      method: 'post',
      route: 'environments',
      summary: 'Keep what a kernel runs on: Python, packages, the state of the git repository',
      grants: ['kernel'],
      body: sentEnvironmentSchema,
      answer: environmentIdSchema,
      run: async ({ body: { kernel, ...environment } }) => ({
        id: await keepEnvironment(history, kernel, environment),
      }),
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
