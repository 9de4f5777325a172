/** Milliseconds that are waited for pictures and values at most. */
const LONGEST_WAIT = 8000;

/**
 * Prints an element alone, as it looks, once what is loading in it is there. It is copied into a frame with the document's styles:
 * in JupyterLab the element is a part of a window that nobody wants on paper.
 */
export async function printElement(element: HTMLElement): Promise<void> {
  await untilLoaded(element);
  const frame = document.createElement('iframe');
  frame.setAttribute('aria-hidden', 'true');
  frame.style.cssText = 'position:fixed;visibility:hidden;width:1000px;height:1000px;border:0';
  document.body.append(frame);
  try {
    const { contentDocument: paper, contentWindow } = frame;
    if (paper === null || contentWindow === null) return;
    copyAttributes(document.documentElement, paper.documentElement);
    copyAttributes(document.body, paper.body);
    // Styles that scripts wrote have no text: their rules are read out.
    for (const sheet of document.styleSheets) copyStyle(sheet, paper);
    paper.body.append(element.cloneNode(true));
    await untilLoaded(paper.body);
    contentWindow.print();
  } finally {
    frame.remove();
  }
}

function copyAttributes(from: Element, to: Element): void {
  for (const { name, value } of from.attributes) to.setAttribute(name, value);
}

function copyStyle(sheet: CSSStyleSheet, paper: Document): void {
  const style = paper.createElement('style');
  try {
    style.textContent = [...sheet.cssRules].map(({ cssText }) => cssText).join('\n');
  } catch {
    // A sheet of another origin keeps its rules to itself; none of ours is.
    return;
  }
  paper.head.append(style);
}

/** Waits until no picture and no value is loading; what takes too long is printed as it is. */
async function untilLoaded(element: HTMLElement): Promise<void> {
  const end = Date.now() + LONGEST_WAIT;
  while (Date.now() < end) {
    await new Promise((done) => setTimeout(done, 50));
    const pictures = [...element.querySelectorAll('img')];
    const loading = element.querySelector('.cellar-Note[role=status]') !== null;
    if (!loading && pictures.every(({ complete }) => complete)) return;
  }
}
