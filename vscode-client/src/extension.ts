/** Wakes up with the first document; everything else is in the file that has its name. */

import { type ExtensionContext, type TextEditor, window, workspace } from 'vscode';
import { registerCommands } from './commands';
import { Console } from './console';
import { Feedback } from './feedback';
import { SCHEMES, Session } from './session';
import { SECTION } from './settings';
import { Sheets } from './sheets';
import { StatusItem } from './status';

let running: Session | undefined;

export function activate(context: ExtensionContext): void {
  const log = window.createOutputChannel('lsp-router', { log: true });
  const [feedback, status, sheets] = [new Feedback(), new StatusItem(), new Sheets()];
  const session = new Session(context, log, feedback);
  const shell = new Console(session, sheets, log);
  running = session;
  context.subscriptions.push(log, feedback, status, sheets, session, shell);
  session.onPhase((phase) => status.entered(phase));
  session.onAnswer(() => status.refreshSoon());
  session.onClient((client) => {
    feedback.tell(client);
    status.follow(client);
  });
  registerCommands(context, { session, status, feedback, sheets, shell, log });
  watch(context, session);
}

export async function deactivate(): Promise<void> {
  await running?.stop();
}

function watch(context: ExtensionContext, session: Session): void {
  // VS Code wakes us for its own settings files as well; a server is for what somebody looks at
  const look = (editors: readonly TextEditor[]): void => {
    if (editors.some(({ document }) => SCHEMES.includes(document.uri.scheme))) {
      session.begin();
    }
  };
  context.subscriptions.push(
    window.onDidChangeVisibleTextEditors(look),
    workspace.onDidGrantWorkspaceTrust(() => session.restartIfBegun()),
    workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(`${SECTION}.server`)) {
        session.restartIfBegun();
      } else if (event.affectsConfiguration(SECTION)) {
        void session.settingsChanged();
      }
    }),
  );
  look(window.visibleTextEditors);
}
