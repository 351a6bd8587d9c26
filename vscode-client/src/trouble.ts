/** What goes wrong on the way to a server, in words for people, with buttons that mend it. */

import { Uri, commands, env, window } from 'vscode';

export type Remedy = 'Get Python' | 'Open Settings' | 'Show Log' | 'Try Again';

export class Trouble extends Error {
  constructor(
    message: string,
    readonly remedies: readonly Remedy[],
  ) {
    super(message);
  }
}

const PYTHON_DOWNLOADS = 'https://www.python.org/downloads/';

export async function explainTrouble(trouble: Trouble): Promise<void> {
  const chosen = await window.showErrorMessage(trouble.message, ...trouble.remedies);
  switch (chosen) {
    case 'Get Python':
      await env.openExternal(Uri.parse(PYTHON_DOWNLOADS));
      break;
    case 'Open Settings':
      await commands.executeCommand('workbench.action.openSettings', 'lspRouter.server');
      break;
    case 'Show Log':
      await commands.executeCommand('lspRouter.showLog');
      break;
    case 'Try Again':
      await commands.executeCommand('lspRouter.restart');
      break;
    case undefined:
      break;
  }
}
