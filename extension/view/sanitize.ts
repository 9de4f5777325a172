import createPurifier, { type Config, type DOMPurify } from 'dompurify';
import { marked } from 'marked';

const RULES: Config = {
  USE_PROFILES: { html: true },
  // What takes input, plays, fetches or leads away. Scripts, frames, meta and base are refused by the profile itself.
  FORBID_TAGS: [
    ...['form', 'input', 'button', 'textarea', 'select', 'option', 'dialog', 'label', 'fieldset'],
    ...[
      'audio',
      'video',
      'source',
      'track',
      'area',
      'map',
      'link',
      'meta',
      'base',
      'picture',
      'template',
    ],
  ],
  FORBID_ATTR: [
    'srcset',
    'background',
    'poster',
    'ping',
    'autofocus',
    'tabindex',
    'accesskey',
    'target',
  ],
  ALLOW_DATA_ATTR: false,
  ALLOW_UNKNOWN_PROTOCOLS: false,
};

let purifier: DOMPurify | undefined;

/**
 * HTML of an output without anything that acts: no script, handler, form, frame, or address that is fetched. A link keeps its
 * words, and its address as a tooltip; nothing in an output can be followed.
 */
export function sanitizeHtml(html: string): string {
  purifier ??= makePurifier();
  return purifier.sanitize(html, { ...RULES, RETURN_TRUSTED_TYPE: false });
}

/** Markdown as HTML that does nothing, by the same rules. */
export function renderMarkdown(text: string): string {
  return sanitizeHtml(marked.parse(text, { async: false, gfm: true }));
}

/** An SVG as an address for <img>, where neither its scripts run nor its links are fetched. */
export function svgAddress(svg: string): string {
  return `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
}

function makePurifier(): DOMPurify {
  const own = createPurifier(window);
  own.addHook('afterSanitizeAttributes', (node) => {
    if (node.tagName === 'IMG') {
      const source = node.getAttribute('src') ?? '';
      if (!/^data:image\/(png|jpeg|gif|webp|svg\+xml)[;,]/i.test(source))
        node.removeAttribute('src');
    }
    const address = node.getAttribute('href');
    if (address !== null) {
      node.removeAttribute('href');
      node.setAttribute('title', address);
    }
  });
  return own;
}
