import { useEffect, useMemo, useRef, useState, type JSX } from 'react';

import { frameDocument, readLook, type FrameLook } from './frame-document.js';
import { renderMarkdown, sanitizeHtml, svgAddress } from './sanitize.js';
import { useTheme } from './use-store.js';

const TALLEST = 4000;

/** HTML or Markdown of a notebook, which is hostile: sanitised, then in a frame of its own. */
export function SafeOutput(props: {
  readonly mime: 'text/html' | 'text/markdown';
  readonly text: string;
  readonly label: string;
}): JSX.Element {
  const { mime, text, label } = props;
  const safeHtml = useMemo(
    () => (mime === 'text/html' ? sanitizeHtml(text) : renderMarkdown(text)),
    [mime, text],
  );
  return <SafeFrame safeHtml={safeHtml} label={label} />;
}

/** HTML that was sanitised, in a frame of opaque origin that can fetch nothing; it is as high as what is in it. */
export function SafeFrame(props: {
  readonly safeHtml: string;
  readonly label: string;
}): JSX.Element {
  const { safeHtml, label } = props;
  const place = useRef<HTMLDivElement>(null);
  const frame = useRef<HTMLIFrameElement>(null);
  const [look, setLook] = useState<FrameLook>();
  const [height, setHeight] = useState(32);
  const theme = useTheme();
  useEffect(() => {
    if (place.current !== null) setLook(readLook(place.current));
  }, [theme]);
  const content = useMemo(
    () => (look === undefined ? undefined : frameDocument(safeHtml, look)),
    [safeHtml, look],
  );
  useEffect(() => {
    const listen = (event: MessageEvent): void => {
      const told = readHeight(event.data);
      if (told !== undefined && event.source === frame.current?.contentWindow) setHeight(told);
    };
    window.addEventListener('message', listen);
    return () => {
      window.removeEventListener('message', listen);
    };
  }, []);
  return (
    <div ref={place} className="cellar-SafeOutput">
      {content === undefined ? null : (
        <iframe
          ref={frame}
          title={label}
          sandbox="allow-scripts"
          referrerPolicy="no-referrer"
          srcDoc={content}
          // A frame of another colour scheme than its element's is drawn on an opaque ground.
          style={{ height, colorScheme: look?.dark === true ? 'dark' : 'light' }}
        />
      )}
    </div>
  );
}

/** A picture of a notebook. `data` is base64, of SVG the text; SVG is an image here, so that nothing in it runs. */
export function SafePicture(props: {
  readonly mime: string;
  readonly data: string;
  readonly label: string;
  /** Told the picture's width and height in pixels once it is decoded. */
  readonly onSize?: (size: readonly [number, number]) => void;
}): JSX.Element {
  const { mime, data, label, onSize } = props;
  const source =
    mime === 'image/svg+xml' ? svgAddress(data) : `data:${mime};base64,${data.replace(/\s/g, '')}`;
  return (
    <img
      className="cellar-Picture"
      src={source}
      alt={label}
      draggable={false}
      onLoad={(event) => {
        const { naturalWidth, naturalHeight } = event.currentTarget;
        onSize?.([naturalWidth, naturalHeight]);
      }}
    />
  );
}

/** The height that a frame told, in pixels; undefined for any other message. What a frame says is not trusted further. */
function readHeight(data: unknown): number | undefined {
  if (typeof data !== 'object' || data === null || !('cellarFrame' in data)) return undefined;
  if (!('height' in data) || typeof data.height !== 'number') return undefined;
  return Math.min(TALLEST, Math.max(16, Math.ceil(data.height)));
}
