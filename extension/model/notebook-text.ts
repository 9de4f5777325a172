/** A cell as far as a diff shows what did not change: its kind and source. */
export interface PlainCell {
  readonly type: string;
  readonly source: string;
}

/** The cells of a notebook's text, nbformat 3 or 4; undefined when it cannot be read as one. */
export function readCells(text: string): readonly PlainCell[] | undefined {
  const notebook = parse(text.replace(/^\uFEFF/, ''));
  if (!isRecord(notebook)) return undefined;
  const cells = Array.isArray(notebook.cells) ? notebook.cells : sheetCells(notebook.worksheets);
  return cells?.map(readCell);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    try {
      // Older writers leave NaN and Infinity bare. They stand in outputs and metadata, which are not read here.
      return JSON.parse(
        text.replace(/([:[,]\s*)(-?Infinity|NaN)(?=\s*[,\]}])/g, '$1null'),
      ) as unknown;
    } catch {
      return undefined;
    }
  }
}

/** nbformat 3 keeps cells in worksheets; their order over all sheets is the notebook's. */
function sheetCells(sheets: unknown): readonly unknown[] | undefined {
  if (!Array.isArray(sheets)) return undefined;
  return sheets.flatMap((sheet: unknown) =>
    isRecord(sheet) && Array.isArray(sheet.cells) ? (sheet.cells as readonly unknown[]) : [],
  );
}

function readCell(cell: unknown): PlainCell {
  if (!isRecord(cell)) return { type: 'raw', source: '' };
  const source = cell.source ?? cell.input ?? '';
  return {
    type: typeof cell.cell_type === 'string' ? cell.cell_type : 'raw',
    source: Array.isArray(source) ? source.join('') : typeof source === 'string' ? source : '',
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
