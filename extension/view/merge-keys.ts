import type { KeyboardEvent } from 'react';

import type { MergeModel } from '../model/merge.js';

/** Runs what a key stands for in a merge; false when it stands for nothing here, or a field has the focus. */
export function onMergeKey(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey' | 'target'>,
  model: MergeModel,
  onHelp: () => void,
): boolean {
  if (event.altKey) return false;
  if (event.target instanceof HTMLElement && event.target.closest('input, select, textarea'))
    return false;
  const commands =
    event.ctrlKey || event.metaKey ? withControl(model, event.shiftKey) : plain(model, onHelp);
  const key = event.ctrlKey || event.metaKey ? event.key.toLowerCase() : event.key;
  const command = Object.hasOwn(commands, key) ? commands[key] : undefined;
  command?.();
  return command !== undefined;
}

type Commands = Readonly<Record<string, () => void>>;

function withControl(model: MergeModel, isShift: boolean): Commands {
  return {
    z: () => {
      if (isShift) model.redo();
      else model.undo();
    },
    y: () => {
      model.redo();
    },
    s: () => void model.save(),
  };
}

function plain(model: MergeModel, onHelp: () => void): Commands {
  return {
    n: () => {
      model.move(1);
    },
    p: () => {
      model.move(-1);
    },
    '1': () => {
      model.chooseCurrent('local');
    },
    '2': () => {
      model.chooseCurrent('remote');
    },
    '3': () => {
      model.chooseCurrent('both');
    },
    '0': () => {
      model.chooseCurrent('base');
    },
    e: () => {
      model.edit();
    },
    u: () => {
      model.undo();
    },
    b: () => {
      model.toggle('showBase');
    },
    c: () => {
      model.toggle('onlyConflicts');
    },
    s: () => void model.save(),
    '?': onHelp,
  };
}
