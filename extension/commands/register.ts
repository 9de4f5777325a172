import type { JupyterFrontEnd } from '@jupyterlab/application';

import { compareDisk } from './compare-disk.js';
import { compareLast } from './compare-last.js';
import { compareMenu } from './compare-menu.js';
import { compareRevision } from './compare-revision.js';
import { compareSelected } from './compare-selected.js';
import { compare } from './compare.js';
import { copyLink } from './copy-link.js';
import { downloadArtifact } from './download-artifact.js';
import { exportVersions } from './export.js';
import { openSettings } from './open-settings.js';
import { lineage } from './lineage.js';
import type { Command, Parts } from './parts.js';
import { resolveMerge } from './merge.js';
import { pauseFolder, pauseNotebook, pauseWorkspace } from './pause.js';
import { pin } from './pin.js';
import { registerModel } from './register-model.js';
import { restore } from './restore.js';
import { resume } from './resume.js';
import { retry } from './retry.js';
import { showCell } from './show-cell.js';
import { showDeleted } from './show-deleted.js';
import { showHistory } from './show-history.js';
import { snapshot } from './snapshot.js';

const ALL: readonly Command[] = [
  snapshot,
  showHistory,
  compareLast,
  compareDisk,
  compareRevision,
  compareSelected,
  compareMenu,
  compare,
  lineage,
  resolveMerge,
  restore,
  pin,
  registerModel,
  showCell,
  showDeleted,
  pauseNotebook,
  pauseFolder,
  pauseWorkspace,
  resume,
  copyLink,
  downloadArtifact,
  exportVersions,
  openSettings,
  retry,
];

/** Adds every command; gives the ids of those that the palette lists. */
export function registerCommands(
  registry: JupyterFrontEnd['commands'],
  parts: Parts,
): readonly string[] {
  for (const command of ALL)
    registry.addCommand(command.id, {
      label: (args) => command.label(parts, args),
      ...(command.caption === undefined ? {} : { caption: command.caption }),
      ...(command.icon === undefined ? {} : { icon: command.icon }),
      isVisible: (args) => command.isVisible?.(parts, args) ?? true,
      isEnabled: (args) => command.isEnabled?.(parts, args) ?? true,
      execute: (args) => command.execute(parts, args),
      // A schema for documentation and for callers that are programs.
      describedBy: { args: { type: 'object', additionalProperties: true } },
    });
  return ALL.filter((command) => command.inPalette).map((command) => command.id);
}
