import type { NoiseRule } from './noise-rule.js';

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';

/** A rule for ids in HTML: what stands for the id, and a part of it or of the words before it that is quickly looked for. */
function idRule(hint: string, pattern: RegExp): NoiseRule {
  return { kind: 'div_id', scope: 'html', hint, pattern };
}

/** Ids that libraries make for each display. A UUID as a table's value stands in no quotes, so it is not taken for one. */
export const ID_RULES: readonly NoiseRule[] = [
  // Styler of pandas; estimators of scikit-learn.
  idRule('T_[0-9a-f]{5}', /(?<=["'#])T_[0-9a-f]{5,32}(?=[_"'\s.])/g),
  idRule('sk-', /\bsk-(?:container|estimator)-id-\d+\b/g),
  // Plotly, Bokeh, Altair, Vega, folium; data frames of Colab; parts of xarray; itables.
  idRule('-[0-9a-f]{12}', new RegExp(`(?<=["'#])${UUID}(?![\\w-])`, 'g')),
  idRule('-[0-9a-f]{12}', new RegExp(`(?<=\\b(?:df|section|attrs|data|index)-)${UUID}`, 'g')),
  idRule('itables_', /(?<=\bitables_)[0-9a-f_]{36}\b/g),
  idRule('-[0-9a-f]{32}', /(?<=(?:altair-viz|vega-embed|bokeh|bk|df)-)[0-9a-f]{32}\b/g),
  idRule('_[0-9a-f]{32}', /(?<=[a-z]_)[0-9a-f]{32}\b/g),
  idRule('["\']p\\d{4}', /(?<=["'])p\d{4,6}(?=["'])/g),
  // matplotlib's SVG; widgets of R; tables of gt; TensorBoard; SHAP; molecules.
  idRule('[mp][0-9a-f]{10}', /(?<=[#"])[mp][0-9a-f]{10}\b/g),
  idRule('htmlwidget-', /(?<=htmlwidget-)[0-9a-f]{12,24}\b/g),
  idRule('padding-left:0px', /(?<=<div id=")[a-z]{10}(?=" style="padding-left:0px)/g),
  idRule('#[a-z]{10}[ .]', /(?<=^\s{0,12}#)[a-z]{10}(?=[ .]\S)/gm),
  idRule('tensorboard-frame-', /(?<=tensorboard-frame-)[0-9a-f]{8,16}\b/g),
  idRule("'i[A-Z0-9]{19,20}'", /(?<='i)[A-Z0-9]{19,20}(?=')/g),
  idRule('viewer_\\d{12}', /(?<=viewer_)\d{12,20}\b/g),
];
