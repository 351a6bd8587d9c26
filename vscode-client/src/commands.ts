/** What each command does; their names and titles are in package.json. */

import { type ExtensionContext, type LogOutputChannel, commands } from 'vscode';
import { edit, explain, instruct, review, why } from './asking';
import type { Console } from './console';
import type { Feedback } from './feedback';
import { choosePin, chooseProfile, showMenu } from './menu';
import type { Session } from './session';
import { SECTION } from './settings';
import type { Sheets } from './sheets';
import type { StatusItem } from './status';

/** What lives as long as the window. */
export interface Parts {
  readonly session: Session;
  readonly status: StatusItem;
  readonly feedback: Feedback;
  readonly sheets: Sheets;
  readonly shell: Console;
  readonly log: LogOutputChannel;
}

/** A code action or the explorer hands something over; the palette does not. */
type Handler = (given?: object) => unknown;

export function registerCommands(context: ExtensionContext, parts: Parts): void {
  for (const [name, run] of Object.entries(handlers(context, parts))) {
    context.subscriptions.push(commands.registerCommand(`${SECTION}.${name}`, run));
  }
}

function handlers(context: ExtensionContext, { session, status, feedback, sheets, shell, log }: Parts): Record<string, Handler> {
  return {
    explain: (given) => explain(session, sheets, given),
    fix: (given) => edit(session, 'lspRouter.fix', 'Fixing', given),
    refactor: (given) => instruct(session, 'lspRouter.refactor', 'Refactoring', given),
    generate: (given) => instruct(session, 'lspRouter.generate', 'Generating', given),
    generateTests: (given) => edit(session, 'lspRouter.generateTests', 'Writing tests', given),
    document: (given) => edit(session, 'lspRouter.document', 'Documenting', given),
    review: (given) => review(session, given),
    why: (given) => why(session, sheets, given),
    acceptEdit: () => feedback.acceptEdit(),
    menu: () => showMenu(status, feedback.paused),
    togglePause: () => togglePause(feedback, status),
    chooseProfile,
    choosePin: () => choosePin(session, status),
    stats: () => shell.stats(),
    dashboard: () => shell.openDashboard(),
    setUp: () => shell.setUp(),
    showLog: () => log.show(),
    restart: () => session.restart(),
    walkthrough: () => commands.executeCommand('workbench.action.openWalkthrough', `${context.extension.id}#start`),
  };
}

function togglePause(feedback: Feedback, status: StatusItem): Thenable<unknown> | undefined {
  feedback.paused = !feedback.paused;
  status.pause(feedback.paused);
  return feedback.paused ? commands.executeCommand('editor.action.inlineSuggest.hide') : undefined;
}
