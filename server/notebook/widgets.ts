import type { Json, JsonObject } from './json-value.js';
import { isArray, isObject } from './json-value.js';
import type { Notebook } from './notebook.js';

export const WIDGET_MIME = 'application/vnd.jupyter.widget-view+json';
const STATE_MIME = 'application/vnd.jupyter.widget-state+json';

/** How a model's state names another model. */
const REFERENCE = /^IPY_MODEL_([\w-]{1,80})$/;
/** Values within values beyond this many levels are left as they are, and more models than this of one view are not followed. */
const MAX_LEVELS = 60;
const MAX_MODELS = 500;

/** The saved models of a notebook's widgets, by id; empty where none were saved. */
export function widgetModels({ metadata }: Notebook): JsonObject {
  const widgets = metadata.get('widgets');
  const saved = isObject(widgets) ? widgets.get(STATE_MIME) : undefined;
  const state = isObject(saved) ? saved.get('state') : undefined;
  return isObject(state) ? state : new Map<string, Json>();
}

/** A view of a widget as what it shows: its model in place of its random id, models that it names in place of their names. */
export function widgetView(view: JsonObject, models: JsonObject): JsonObject {
  let followed = 0;
  // The models that the one looked at stands in: a child may name its parent.
  const within = new Set<string>();
  const resolve = (value: Json, level: number): Json => {
    if (typeof value === 'string') {
      const id = REFERENCE.exec(value)?.[1];
      return id === undefined ? value : (modelOf(id, level) ?? 'IPY_MODEL');
    }
    if (level >= MAX_LEVELS) return value;
    if (isArray(value)) return value.map((item) => resolve(item, level + 1));
    if (!isObject(value)) return value;
    return new Map([...value].map(([name, item]) => [name, resolve(item, level + 1)]));
  };
  const modelOf = (id: string, level: number): Json | undefined => {
    const model = models.get(id);
    if (model === undefined || within.has(id) || ++followed > MAX_MODELS) return undefined;
    within.add(id);
    const resolved = resolve(model, level + 1);
    within.delete(id);
    return resolved;
  };
  const shown = new Map(view);
  const id = view.get('model_id');
  const model = typeof id === 'string' ? modelOf(id, 0) : undefined;
  if (model !== undefined) shown.set('model', model);
  shown.delete('model_id');
  return shown;
}
