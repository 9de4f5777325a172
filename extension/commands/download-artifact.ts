import { COMMANDS } from './ids.js';
import { textArg, type Command } from './parts.js';

/** Downloads a kept file by its hash, under its name. */
export const downloadArtifact: Command = {
  id: COMMANDS.downloadArtifact,
  label: () => 'Download',
  execute: (parts, args) => {
    const sha256 = textArg(args, 'sha256');
    const name = textArg(args, 'name');
    if (sha256 === undefined || name === undefined)
      throw new RangeError('cellar:download-artifact needs sha256 and name');
    const link = document.createElement('a');
    link.href = parts.client.artifactUrl({ sha256, name });
    link.download = name;
    link.click();
  },
};
