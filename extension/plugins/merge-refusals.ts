import { ServerConnection, type Contents } from '@jupyterlab/services';

/**
 * Asks `take` about each notebook whose content Jupyter refuses to read as no notebook (status 400). When that gives true, it has dealt
 * with the notebook, and the reading ends in nothing; else the refusal goes on unchanged. What Jupyter can read is not touched.
 */
export function watchRefusals(
  contents: Contents.IManager,
  take: (path: string) => Promise<boolean>,
): void {
  const get = contents.get.bind(contents);
  contents.get = async (path, options) => {
    try {
      return await get(path, options);
    } catch (error) {
      const isOurs = isRefusal(error) && options?.type === 'notebook' && options.content !== false;
      if (!isOurs || contents.driveName(path) !== '') throw error;
      if (!(await take(contents.localPath(path)))) throw error;
      // Whoever asked has been disposed of: an answer or an error would only be shown to nobody, or in a dialog.
      return new Promise<never>(() => undefined);
    }
  };
}

function isRefusal(error: unknown): boolean {
  return error instanceof ServerConnection.ResponseError && error.response.status === 400;
}
