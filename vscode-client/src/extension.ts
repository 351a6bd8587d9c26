/** Wakes up with the first document; everything else is in the file that has its name. */

import { type ExtensionContext, commands, window, workspace } from 'vscode';
import { edit, explain, instruct, review, why } from './asking';
import { Console } from './console';
import { Feedback } from './feedback';
import { choosePin, chooseProfile, showMenu } from './menu';
import { Session } from './session';
import { SECTION } from './settings';
import { Sheets } from './sheets';
import { StatusItem } from './status';

let session: Session | undefined;

export function activate(context: ExtensionContext): void {
  const log = window.createOutputChannel('lsp-router', { log: true });
  const [feedback, status, sheets] = [new Feedback(), new StatusItem(), new Sheets()];
  const ours = new Session(context, log, feedback);
  session = ours;
  const shell = new Console(ours, sheets, log);
  ours.onPhase((phase) => status.entered(phase));
  ours.onAnswer(() => status.refreshSoon());
  ours.onClient((client) => {
    feedback.tell(client);
    status.follow(client);
  });

  const togglePause = (): void => {
    feedback.paused = !feedback.paused;
    status.pause(feedback.paused);
    if (feedback.paused) {
      void commands.executeCommand('editor.action.inlineSuggest.hide');
    }
  };
  const handlers: Record<string, (given?: object) => unknown> = {
    menu: () => showMenu(status, feedback.paused),
    explain: (given) => explain(ours, sheets, given),
    fix: (given) => edit(ours, 'lspRouter.fix', 'Fixing', given),
    refactor: (given) => instruct(ours, 'lspRouter.refactor', 'Refactoring', given),
    generate: (given) => instruct(ours, 'lspRouter.generate', 'Generating', given),
    generateTests: (given) => edit(ours, 'lspRouter.generateTests', 'Writing tests', given),
    document: (given) => edit(ours, 'lspRouter.document', 'Documenting', given),
    review: (given) => review(ours, given),
    why: (given) => why(ours, sheets, given),
    togglePause,
    chooseProfile,
    choosePin: () => choosePin(ours, status),
    stats: () => shell.stats(),
    dashboard: () => shell.openDashboard(),
    setUp: () => shell.setUp(),
    showLog: () => log.show(),
    restart: () => ours.restart(),
    walkthrough: () => commands.executeCommand('workbench.action.openWalkthrough', `${context.extension.id}#start`),
  };
  context.subscriptions.push(log, feedback, status, sheets, ours, shell);
  for (const [name, run] of Object.entries(handlers)) {
    context.subscriptions.push(commands.registerCommand(`${SECTION}.${name}`, run));
  }
  context.subscriptions.push(
    workspace.onDidGrantWorkspaceTrust(() => void ours.restart()),
    workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(`${SECTION}.server`)) {
        void ours.restart();
      } else if (event.affectsConfiguration(SECTION)) {
        void ours.settingsChanged();
      }
    }),
  );
  void ours.restart();
}

export async function deactivate(): Promise<void> {
  await session?.stop();
}
