import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import {
  exportPlanSchema,
  exportQuerySchema,
  type ExportFile,
  type ExportPlan,
} from '../../../contract/export.js';
import { isErrno } from '../../errors.js';
import { getSnapshot, readNotebook } from '../../history/history.js';
import type { Store } from '../../store/store.js';
import { planExport } from '../../tracking/export.js';
import { checkQuery, jsonOperation, type Operation } from '../operation.js';
import type { ApiParts } from '../parts.js';
import { streamZip, type ZipEntry } from '../zip.js';

/** Versions and files in a form that needs no Cellar to read. */
export function exportOperations(parts: ApiParts): readonly Operation[] {
  const { store } = parts.history;
  const plan = ({
    artifacts,
    ...chosen
  }: ReturnType<typeof exportQuerySchema.parse>): Promise<ExportPlan> =>
    planExport(store, { ...chosen, artifacts: artifacts === '1' });
  return [
    jsonOperation({
      method: 'get',
      route: 'exportPlan',
      summary: 'What an export holds, file by file',
      grants: ['viewer'],
      query: exportQuerySchema,
      answer: exportPlanSchema,
      run: ({ query }) => plan(query),
    }),
    {
      method: 'get',
      route: 'exports',
      summary: 'A version, the history of a notebook, or everything, as a zip file',
      grants: ['viewer'],
      query: exportQuerySchema,
      handler: async (request, response) => {
        const { files } = await plan(checkQuery(exportQuerySchema, request));
        response.attachment(nameZip(files));
        response.type('application/zip');
        try {
          await pipeline(streamZip(files.map((file) => toEntry(store, file))), response);
        } catch (error) {
          // Whoever left wants no answer. Anything else ends the connection before the file is whole: no half is taken for it.
          if (!isErrno(error, 'ERR_STREAM_PREMATURE_CLOSE')) parts.report(error);
          response.destroy();
        }
      },
    },
  ];
}

function toEntry(store: Store, { path, time, source }: ExportFile): ZipEntry {
  return {
    path,
    time: new Date(time),
    compress: source.kind !== 'artifact',
    open: async () => {
      if (source.kind === 'artifact') return store.artifacts.read(source.sha256);
      const bytes =
        source.kind === 'text'
          ? Buffer.from(source.text)
          : await readNotebook(store, await getSnapshot(store, source.id));
      return Readable.from([bytes]);
    },
  };
}

/** After the folder of the one notebook; "cellar.zip" for several. */
function nameZip(files: readonly ExportFile[]): string {
  const folders = new Set(
    files.flatMap(({ path, source }) =>
      source.kind === 'snapshot' ? [path.slice(0, path.lastIndexOf('/'))] : [],
    ),
  );
  const [only, other] = folders;
  return only === undefined || other !== undefined
    ? 'cellar.zip'
    : `${only.slice(only.lastIndexOf('/') + 1)}.zip`;
}
