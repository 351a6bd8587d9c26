/** What the command line of the same server knows: statistics, the dashboard, the set-up. */

import { type ChildProcess, spawn } from 'node:child_process';
import { type Disposable, type LogOutputChannel, Uri, env, window, workspace } from 'vscode';
import { run } from './programs';
import type { Session } from './session';
import type { Sheets } from './sheets';
import { statsPage } from './stats';

const PATIENCE = 20_000;
const ADDRESS = /https?:\/\/(?:127\.0\.0\.1|localhost|\[::1\]):\d+\S*/;

/** Owns the dashboard's process; it ends with the window. */
export class Console implements Disposable {
  private dashboard: ChildProcess | undefined;
  private address: Promise<string | undefined> | undefined;

  constructor(
    private readonly session: Session,
    private readonly sheets: Sheets,
    private readonly log: LogOutputChannel,
  ) {}

  async stats(): Promise<void> {
    const { command, args } = await this.server();
    const { stdout, stderr } = await run(command, [...args, 'stats', '--since', '7d', '--json'], PATIENCE);
    await this.sheets.open('Statistics', statsPage(stdout || stderr || 'nothing was asked yet'));
  }

  async openDashboard(): Promise<void> {
    const { command, args } = await this.server();
    this.address ??= this.serve(command, args);
    const address = await this.address;
    if (address) {
      await env.openExternal(Uri.parse(address));
    } else {
      this.address = undefined;
      void window.showWarningMessage('lsp-router: the dashboard did not start; the log says why.', 'Show Log');
    }
  }

  /** In a terminal: it asks, and its words stay readable. */
  async setUp(): Promise<void> {
    const { command, args } = await this.server();
    const folder = workspace.workspaceFolders?.[0]?.uri;
    const terminal = window.createTerminal({ name: 'lsp-router', ...(folder && { cwd: folder }) });
    terminal.show();
    terminal.sendText([command, ...args, 'init'].map(quoted).join(' '));
  }

  dispose(): void {
    this.dashboard?.kill();
  }

  private async server(): Promise<{ command: string; args: readonly string[] }> {
    await this.session.ready();
    return this.session.server ?? { command: 'lsp-router', args: [] };
  }

  private serve(command: string, args: readonly string[]): Promise<string | undefined> {
    const cwd = workspace.workspaceFolders?.[0]?.uri.fsPath;
    const child = spawn(command, [...args, 'dashboard', '--no-open'], { cwd, windowsHide: true });
    this.dashboard = child;
    return new Promise((resolve) => {
      const hear = (text: string): void => {
        const found = ADDRESS.exec(text);
        if (found) {
          resolve(found[0]); // it is a secret as well, so it is not logged
        } else {
          this.log.info(text.trimEnd());
        }
      };
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', hear);
      }
      child.on('error', () => resolve(undefined));
      child.on('exit', () => {
        this.address = undefined;
        resolve(undefined);
      });
    });
  }
}

function quoted(word: string): string {
  return /^[\w@%+=:,./\\-]+$/.test(word) ? word : `"${word}"`;
}
