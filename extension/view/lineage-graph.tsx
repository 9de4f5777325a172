import { useLayoutEffect, useMemo, useRef, useState, type JSX, type KeyboardEvent } from 'react';

import type { Lineage, LineageNode } from '../../contract/lineage.js';
import { foldGraph, type Drawn, type FoldedGraph } from '../model/lineage-fold.js';
import { inOrder, layOut, NODE_HEIGHT, NODE_WIDTH, type Laid } from '../model/lineage-layout.js';
import { kindWords, nodeWords } from '../model/lineage-words.js';
import { formatCount } from '../model/words.js';
import { Icon, type IconName } from './icons.js';
import { useWidth } from './use-width.js';

const NARROW = 440;

export interface LineageGraphProps {
  readonly graph: Lineage;
  /** The id of the node that it is about; it is marked, and no link to itself. */
  readonly focus: string;
  readonly onOpen: (node: LineageNode) => void;
}

/** What came of what, from data to registered versions: as a graph, and where there is little room as a list. Every node opens. */
export function LineageGraph({ graph, focus, onOpen }: LineageGraphProps): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const width = useWidth(place);
  const narrow = width < NARROW;
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const folded = useMemo(() => foldGraph({ ...graph, focus }, opened), [graph, focus, opened]);
  const context: Context = {
    folded,
    focus,
    now: Date.now(),
    onOpen,
    onUnfold: (fold) => {
      setOpened(new Set([...opened, fold]));
    },
  };
  return (
    <div className="cellar-Lineage" ref={place} role="group" aria-label="Lineage">
      {narrow ? (
        <LineageList context={context} />
      ) : (
        <LineageDrawing context={context} width={width} />
      )}
      <Left graph={graph} />
    </div>
  );
}

interface Context {
  readonly folded: FoldedGraph;
  readonly focus: string;
  readonly now: number;
  readonly onOpen: (node: LineageNode) => void;
  readonly onUnfold: (fold: string) => void;
}

/** The nodes on a ground of lines. */
function LineageDrawing(props: {
  readonly context: Context;
  /** What there is room for, in pixels. */
  readonly width: number;
}): JSX.Element {
  const { context, width } = props;
  const { folded, focus } = context;
  const scroll = useRef<HTMLDivElement>(null);
  const laid = useMemo(() => layOut(folded, width), [folded, width]);
  const drawn = useMemo(() => new Map(folded.drawn.map((each) => [each.id, each])), [folded]);
  useLayoutEffect(() => {
    const current = scroll.current?.querySelector('[aria-current]');
    if (current instanceof HTMLElement) bringIntoView(current);
  }, [focus]);
  const order = inOrder(folded);
  const places = new Map(laid.nodes.map((each) => [each.id, each]));
  return (
    <div className="cellar-Lineage-scroll" ref={scroll}>
      <div
        className="cellar-Lineage-ground"
        style={{ width: laid.width, height: laid.height }}
        onKeyDown={(event) => {
          moveFocus(event, laid, folded);
        }}
      >
        <Lines laid={laid} />
        <ul aria-label="From data to registered versions">
          {order.map((id) => {
            const each = drawn.get(id);
            const at = places.get(id);
            if (each === undefined || at === undefined) return null;
            const style = { left: at.left, top: at.top, width: NODE_WIDTH, height: NODE_HEIGHT };
            return (
              <li key={id} style={style}>
                <NodeButton drawn={each} context={context} />
              </li>
            );
          })}
        </ul>
      </div>
    </div>
  );
}

function Lines({ laid }: { readonly laid: Laid }): JSX.Element {
  return (
    <svg
      className="cellar-Lineage-lines"
      width={laid.width}
      height={laid.height}
      aria-hidden="true"
      focusable="false"
    >
      <defs>
        <marker
          id="cellar-lineage-arrow"
          viewBox="0 0 8 8"
          refX="7"
          refY="4"
          markerWidth="7"
          markerHeight="7"
          orient="auto-start-reverse"
        >
          <path d="M0 0 8 4 0 8z" />
        </marker>
      </defs>
      {laid.lines.map(({ edge, path }) => (
        <path
          key={`${edge.from} ${edge.to}`}
          className={edge.certainty === 'unsure' ? 'cellar-mod-unsure' : undefined}
          d={path}
          markerEnd="url(#cellar-lineage-arrow)"
        />
      ))}
    </svg>
  );
}

/** Each node below what it came of; what is not directly below says where it is from. */
function LineageList({ context }: { readonly context: Context }): JSX.Element {
  const { folded, now } = context;
  const drawn = new Map(folded.drawn.map((each) => [each.id, each]));
  const order = inOrder(folded);
  return (
    <ul className="cellar-Lineage-list" aria-label="From data to registered versions">
      {order.map((id, at) => {
        const each = drawn.get(id);
        if (each === undefined) return null;
        const from = folded.edges.filter(({ to }) => to === id).map((edge) => edge.from);
        const isJoined = from.includes(order[at - 1] ?? '');
        const names = from
          .filter((other) => other !== order[at - 1])
          .flatMap((other) => drawn.get(other) ?? []);
        return (
          <li key={id} className={isJoined ? 'cellar-mod-joined' : undefined}>
            {names.length === 0 ? null : (
              <p className="cellar-Lineage-from" aria-hidden="true">
                {`${isJoined ? 'and ' : ''}from ${names.map((other) => nameOf(other, now)).join(', ')}`}
              </p>
            )}
            <NodeButton drawn={each} context={context} />
          </li>
        );
      })}
    </ul>
  );
}

function NodeButton(props: { readonly drawn: Drawn; readonly context: Context }): JSX.Element {
  const { drawn, context } = props;
  const { focus, onOpen, onUnfold } = context;
  if ('fold' in drawn) {
    const words = kindWords(drawn.kind, drawn.nodes.length).replace(' ', ' more ');
    return (
      <button
        type="button"
        className="cellar-LineageNode cellar-mod-fold"
        data-node={drawn.id}
        aria-expanded="false"
        onClick={() => {
          onUnfold(drawn.fold);
        }}
      >
        <Icon name="expand" />
        <span className="cellar-LineageNode-title">{words}</span>
      </button>
    );
  }
  const { node } = drawn;
  const { title, facts } = nodeWords(node, context.now);
  const isFocus = node.id === focus;
  const unsure = isUnsure(node, context.folded);
  return (
    <button
      type="button"
      className={`cellar-LineageNode cellar-mod-${node.kind}${node.gone === undefined ? '' : ' cellar-mod-gone'}`}
      data-node={node.id}
      aria-current={isFocus ? 'true' : undefined}
      title={[kindWords(node.kind), title, facts].filter(Boolean).join('\n')}
      onClick={() => {
        onOpen(node);
      }}
    >
      <Icon name={ICONS[node.kind]} />
      <span className="cellar-sr">{`${saidKind(node.kind, title)} `}</span>
      <span className="cellar-LineageNode-title">{title}</span>
      <span className="cellar-LineageNode-facts">
        {[unsure ? 'unsure' : '', facts === '' ? kindWords(node.kind) : facts]
          .filter(Boolean)
          .join(' · ')}
      </span>
      <span className="cellar-sr">{beside(node, context)}</span>
    </button>
  );
}

const ICONS: Readonly<Record<LineageNode['kind'], IconName>> = {
  dataset: 'data',
  notebook: 'notebook',
  snapshot: 'clock',
  cell: 'code',
  run: 'play',
  artifact: 'file',
  model: 'box',
  version: 'tag',
  entry: 'link',
};

/** What screen readers say beside what is seen: what it came from directly, and whether it is the one that all is about. */
function beside(node: LineageNode, { folded, now, focus }: Context): string {
  const names = new Map(folded.drawn.map((each) => [each.id, nameOf(each, now)]));
  const from = folded.edges.filter(({ to }) => to === node.id);
  const origins = from.flatMap((edge) => names.get(edge.from) ?? []);
  return [
    '',
    ...(origins.length === 0 ? [] : [`from ${origins.join(' and ')}`]),
    ...(node.id === focus ? ['this one'] : []),
  ].join(', ');
}

function nameOf(drawn: Drawn, now: number): string {
  if ('fold' in drawn) return kindWords(drawn.kind, drawn.nodes.length);
  const { title } = nodeWords(drawn.node, now);
  return `${saidKind(drawn.node.kind, title)} ${title}`.trim();
}

/** The kind of a node, unless its title begins with it. */
function saidKind(kind: LineageNode['kind'], title: string): string {
  const words = kindWords(kind);
  return title.toLowerCase().startsWith(words.toLowerCase()) ? '' : words;
}

function isUnsure({ id }: LineageNode, { edges }: FoldedGraph): boolean {
  return edges.some(({ to, certainty }) => to === id && certainty === 'unsure');
}

/** That there is more than what is drawn. */
function Left({ graph }: { readonly graph: Lineage }): JSX.Element | null {
  const { left, nodes, deeper } = graph;
  if (left === 0 && !deeper) return null;
  return (
    <p className="cellar-Lineage-left cellar-quiet">
      {left === 0
        ? 'There is more beyond what is shown.'
        : `${formatCount(left, 'more is', 'more are')} not shown. These ${String(nodes.length)} are the nearest, and what leads to registered versions.`}
    </p>
  );
}

/** Arrow keys go along the lines, and across them among the nodes of a row. */
function moveFocus(event: KeyboardEvent<HTMLElement>, laid: Laid, { edges }: FoldedGraph): void {
  const at = event.target instanceof HTMLElement ? event.target.dataset.node : undefined;
  if (at === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
  const next = findNext(event.key, at, { laid, edges });
  if (next === undefined) return;
  const nodes = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-node]')];
  nodes.find(({ dataset }) => dataset.node === next)?.focus();
  event.preventDefault();
}

const KEYS = {
  right: { on: 'ArrowRight', back: 'ArrowLeft', before: 'ArrowUp', after: 'ArrowDown' },
  down: { on: 'ArrowDown', back: 'ArrowUp', before: 'ArrowLeft', after: 'ArrowRight' },
} as const;

function findNext(
  key: string,
  at: string,
  { laid, edges }: { readonly laid: Laid; readonly edges: FoldedGraph['edges'] },
): string | undefined {
  const keys = KEYS[laid.way];
  if (key === keys.on) return edges.find(({ from }) => from === at)?.to;
  if (key === keys.back) return edges.find(({ to }) => to === at)?.from;
  if (key !== keys.before && key !== keys.after) return undefined;
  const isRight = laid.way === 'right';
  const here = laid.nodes.find(({ id }) => id === at);
  const row = laid.nodes
    .filter(({ left, top }) => (isRight ? left === here?.left : top === here?.top))
    .sort((a, b) => (isRight ? a.top - b.top : a.left - b.left));
  const place = row.findIndex(({ id }) => id === at);
  return row[place + (key === keys.before ? -1 : 1)]?.id;
}

/** Scrolls what it is in, and nothing around that. */
function bringIntoView(element: HTMLElement): void {
  const box = element.closest('.cellar-Lineage-scroll');
  const item = element.parentElement;
  if (!(box instanceof HTMLElement) || item === null) return;
  box.scrollLeft = item.offsetLeft - (box.clientWidth - item.offsetWidth) / 2;
  box.scrollTop = item.offsetTop - (box.clientHeight - item.offsetHeight) / 2;
}
