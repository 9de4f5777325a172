/** The ids of all commands; the settings schema names some of them too. */
export const COMMANDS = {
  snapshot: 'cellar:snapshot',
  showHistory: 'cellar:show-history',
  compare: 'cellar:compare',
  compareLast: 'cellar:compare-last',
  resolveMerge: 'cellar:resolve-merge',
  restore: 'cellar:restore',
  pauseNotebook: 'cellar:pause-notebook',
  pauseFolder: 'cellar:pause-folder',
  pauseWorkspace: 'cellar:pause-workspace',
  resume: 'cellar:resume',
  copyLink: 'cellar:copy-link',
  downloadArtifact: 'cellar:download-artifact',
  showDeleted: 'cellar:show-deleted',
  openSettings: 'cellar:open-settings',
  retry: 'cellar:retry',
} as const;
