/** The menu behind the status bar item, and the choices it leads to. */

import { ConfigurationTarget, type QuickPickItem, QuickPickItemKind, commands, window, workspace } from 'vscode';
import { ask } from './requests';
import type { Session } from './session';
import type { StatusItem } from './status';

interface Choice extends QuickPickItem {
  readonly command?: string;
}

const PROFILES: Readonly<Record<string, string>> = {
  'free-first': 'Free tiers and local models first, then cheap, then paid',
  balanced: 'Quality per dollar',
  'paid-first': 'Paid providers first; free tiers only in reserve',
  'local-only': 'Nothing leaves this machine',
};
const TASKS = [
  'completion',
  'explicit-completion',
  'boilerplate',
  'debugging',
  'algorithm',
  'review',
  'architecture',
  'refactor',
  'explain',
  'tests',
  'docs',
  'prose',
  'multimodal',
  'spec',
];
const NO_PIN = '$(pinned-dirty) Let the router choose';

export async function showMenu(status: StatusItem, paused: boolean): Promise<void> {
  await status.refresh();
  const chosen = await window.showQuickPick(choices(status, paused), { title: 'lsp-router', placeHolder: 'What would you like?' });
  if (chosen?.command) {
    await commands.executeCommand(chosen.command);
  }
}

function choices({ facts }: StatusItem, paused: boolean): Choice[] {
  const separator = (label: string): Choice => ({ label, kind: QuickPickItemKind.Separator });
  const profile: Choice = { label: '$(settings) Profile…', command: 'lspRouter.chooseProfile' };
  return [
    paused
      ? { label: '$(debug-start) Resume suggestions', command: 'lspRouter.togglePause' }
      : { label: '$(debug-pause) Pause suggestions', command: 'lspRouter.togglePause' },
    { ...profile, ...(facts && { description: facts.profile }) },
    { label: '$(pin) Pin a model…', command: 'lspRouter.choosePin' },
    separator('Insight'),
    { label: '$(question) Why this suggestion?', command: 'lspRouter.why' },
    { label: '$(graph) Statistics', command: 'lspRouter.stats' },
    { label: '$(dashboard) Dashboard', command: 'lspRouter.dashboard' },
    separator('Server'),
    { label: '$(key) Set up models and keys', command: 'lspRouter.setUp' },
    { label: '$(output) Show log', command: 'lspRouter.showLog' },
    { label: '$(refresh) Restart server', command: 'lspRouter.restart' },
  ];
}

export async function chooseProfile(): Promise<void> {
  const items = Object.entries(PROFILES).map(([label, detail]) => ({ label, detail }));
  const chosen = await window.showQuickPick(items, { title: 'lsp-router: profile' });
  if (chosen) {
    await workspace.getConfiguration('lspRouter').update('profile', chosen.label, ConfigurationTarget.Global);
  }
}

/** For this session only: a pin for good is a chain in the configuration. */
export async function choosePin(session: Session, status: StatusItem): Promise<void> {
  const task = await window.showQuickPick(TASKS, { title: 'lsp-router: pin a model for which task?' });
  if (!task) {
    return;
  }
  await status.refresh();
  const models = [NO_PIN, ...(status.facts?.models ?? [])];
  const model = await window.showQuickPick(models, { title: `lsp-router: model for ${task}, in this session` });
  if (model) {
    await ask(session, 'lspRouter.pinModel', { task, model: model === NO_PIN ? null : model });
  }
}
