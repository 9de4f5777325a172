import type { JSX } from 'react';

import type { ShownOutput } from '../../contract/run.js';
import { splitLines } from '../model/lines.js';
import { formatSize } from '../model/size.js';
import { readAnsi } from './ansi.js';
import { LineText } from './diff-line.js';
import { mimeWord, outputWord } from './diff-parts.js';
import { SafeOutput, SafePicture } from './safe-output.js';

/** One output of a cell, as it was kept. */
export function ShownOutputView({ output }: { readonly output: ShownOutput }): JSX.Element {
  const { type, name, mime, text, length } = output;
  const word = outputWord({ outputType: type, name });
  if (text === undefined)
    return (
      <p className="cellar-Note">{`${mimeWord(mime)}, ${formatSize(length)}: left out, since there is too much to show here`}</p>
    );
  if (mime.startsWith('image/')) return <SafePicture mime={mime} data={text} label={word} />;
  if (mime === 'text/html' || mime === 'text/markdown')
    return <SafeOutput mime={mime} text={text} label={word} />;
  return (
    <pre
      className={`cellar-ShownOutput${type === 'error' ? ' cellar-mod-deleted' : ''}`}
      role="group"
      aria-label={word}
      tabIndex={0}
    >
      {splitLines(text).map((each, at) => {
        const { line, looks } = readAnsi({ op: ' ', text: each });
        return (
          <span key={at}>
            <LineText line={line} looks={looks} />
            {'\n'}
          </span>
        );
      })}
    </pre>
  );
}
