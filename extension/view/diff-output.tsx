import { useState, type JSX } from 'react';

import type { OutputChange, PartChange } from '../../contract/diff.js';
import { quietPart } from '../model/compare-noise.js';
import { formatSize } from '../model/size.js';
import { HtmlPart } from './diff-html.js';
import { JsonPart } from './diff-json.js';
import { MetricsPart } from './diff-metrics.js';
import { mimeWord, outputWord, type Beside, type Part, type PartContext } from './diff-parts.js';
import { PictureFacts, PictureModes, PicturePart } from './diff-picture.js';
import { TablePartView } from './diff-table.js';
import { TextDiffView } from './diff-text.js';
import { TracebackPart } from './diff-traceback.js';
import { Leaves } from './leaves.js';
import { RawPart } from './raw-part.js';
import { Segments } from './segments.js';
import { SideBySide } from './side-by-side.js';

/** One output that differs, with a line that says what it is. */
export function OutputView(props: {
  readonly output: OutputChange;
  readonly context: PartContext;
  readonly beside: Beside<OutputChange> | undefined;
}): JSX.Element {
  const { output, context, beside } = props;
  const { kind, facts = [] } = output;
  const noise = beside !== undefined && beside.quiet === undefined;
  const word = kind === 'modified' ? outputWord(output) : `${outputWord(output)} ${kind}`;
  return (
    <section
      className={`cellar-Output cellar-mod-${kind}${noise ? ' cellar-mod-noise' : ''}`}
      aria-label={noise ? `${word}, noise` : word}
    >
      {output.parts.map((part, at) => (
        <PartView
          key={at}
          part={part}
          word={at === 0 ? word : undefined}
          context={context}
          beside={beside === undefined ? undefined : { quiet: quietPart(beside.quiet, part) }}
        />
      ))}
      {output.parts.length === 0 ? <p className="cellar-Output-word">{word}</p> : null}
      {facts.length === 0 ? null : <Leaves leaves={facts} label="Noise" noise />}
    </section>
  );
}

/** What only one form of has nothing to switch between. */
const FORMS: Readonly<Partial<Record<PartChange['type'], readonly [string, string]>>> = {
  table: ['table', 'raw'],
  picture: ['picture', 'raw'],
  json: ['changes', 'raw'],
  metrics: ['table', 'raw'],
  html: ['rendered', 'raw'],
};

function PartView(props: {
  readonly part: PartChange;
  /** Of an output's first part: what the output is. */
  readonly word: string | undefined;
  readonly context: PartContext;
  readonly beside: Beside<PartChange> | undefined;
}): JSX.Element {
  const { part, word, context, beside } = props;
  const [raw, setRaw] = useState(false);
  const forms = FORMS[part.type];
  const { base, head } = part;
  const both = base !== undefined && head !== undefined;
  return (
    <>
      <div className="cellar-Output-head">
        <p className="cellar-Output-word">
          {[word, partWord(part, word !== undefined)].filter(Boolean).join(', ')}
        </p>
        {beside !== undefined && beside.quiet === undefined ? (
          <span className="cellar-NoiseWord">noise</span>
        ) : null}
        {part.type === 'picture' && both ? <PictureFacts part={part} /> : null}
        <span className="cellar-Spring" />
        {part.type === 'picture' && both && !raw ? <PictureModes context={context} /> : null}
        {forms === undefined ? null : (
          <Segments
            label="Show as"
            segments={[
              { value: 'drawn', label: forms[0] },
              { value: 'raw', label: forms[1] },
            ]}
            chosen={raw ? 'raw' : 'drawn'}
            onChoose={(chosen) => {
              setRaw(chosen === 'raw');
            }}
          />
        )}
      </div>
      {raw ? (
        <RawPart part={part} context={context} />
      ) : (
        <DrawnPart part={part} context={context} beside={beside} />
      )}
    </>
  );
}

/** What a part is called beside its output: plain text needs no word of its own. */
function partWord(part: PartChange, named: boolean): string {
  if (part.type === 'table') return 'table';
  return named && part.type === 'text' && isPlain(part.mime) ? '' : mimeWord(part.mime);
}

function isPlain(mime: string): boolean {
  return mime === 'text/plain' || /^application\/vnd\.jupyter\.std(out|err)$/.test(mime);
}

function DrawnPart(props: {
  readonly part: PartChange;
  readonly context: PartContext;
  readonly beside: Beside<PartChange> | undefined;
}): JSX.Element {
  const { part, context, beside } = props;
  switch (part.type) {
    case 'text':
      return (
        <TextDiffView
          diff={part.diff}
          layout={context.layout}
          label={mimeWord(part.mime)}
          beside={besideOf(beside, 'text', ({ diff }) => diff)}
        />
      );
    case 'table':
      return <TablePartView part={part} beside={besideOf(beside, 'table', (table) => table)} />;
    case 'picture':
      return <PicturePart part={part} context={context} />;
    case 'json':
      return <JsonPart part={part} beside={besideOf(beside, 'json', ({ leaves }) => leaves)} />;
    case 'traceback':
      return <TracebackPart part={part} context={context} />;
    case 'metrics':
      return <MetricsPart part={part} />;
    case 'html':
      return <HtmlPart part={part} context={context} />;
    case 'opaque':
      return (
        <SideBySide base={part.base} head={part.head}>
          {({ size, hash }) => (
            <p className="cellar-Note">{`${formatSize(size)}, SHA-256 ${hash.slice(0, 12)}…`}</p>
          )}
        </SideBySide>
      );
  }
}

function besideOf<T extends PartChange['type'], V>(
  beside: Beside<PartChange> | undefined,
  type: T,
  read: (part: Part<T>) => V,
): Beside<V> | undefined {
  if (beside === undefined) return undefined;
  const { quiet } = beside;
  return { quiet: isPart(quiet, type) ? read(quiet) : undefined };
}

function isPart<T extends PartChange['type']>(
  part: PartChange | undefined,
  type: T,
): part is Part<T> {
  return part?.type === type;
}
