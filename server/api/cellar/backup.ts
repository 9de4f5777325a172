import { isAbsolute } from 'node:path';

import { backedUpSchema, backupRequestSchema } from '../../../contract/backup.js';
import { CellarError } from '../../errors.js';
import { backUp } from '../../store/backup/back-up.js';
import { longOperation } from '../long.js';
import type { Operation } from '../operation.js';
import type { ApiParts } from '../parts.js';

/** Backups of the store, which only its owner makes: they hold everything. */
export function backupOperations(parts: ApiParts): readonly Operation[] {
  return [
    longOperation(
      {
        method: 'post',
        route: 'backup',
        summary: 'Copy the whole store into a folder of this machine',
        grants: [],
        body: backupRequestSchema,
        answer: backedUpSchema,
        run: ({ body }, { report, signal }) => {
          if (!isAbsolute(body.folder))
            throw new CellarError('bad_request', 'body.folder: not an absolute path.');
          return backUp(parts.history.store, { ...body, report, signal });
        },
      },
      parts.report,
    ),
  ];
}
