/** Runs inside VS Code's extension host, where the whole API is at hand; test_extension_host.py reads its report. */

import * as assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { ConfigurationTarget, type TextDocument, Uri, commands, extensions, window, workspace } from 'vscode';

const PATIENCE = 60_000;

interface Status {
  readonly profile: string;
  readonly budget: { readonly per_day_usd: number };
}

async function until<T>(look: () => T | Thenable<T>, holds: (found: T) => boolean): Promise<T> {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const found = await look();
    if (holds(found) || Date.now() > end) {
      assert.ok(holds(found), `it never came to pass; the last was ${JSON.stringify(found)}`);
      return found;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const extension = extensions.getExtension('lsp-router.lsp-router');
const status = (): Thenable<Status> => commands.executeCommand<Status>('lspRouter.status');
const known = async (name: string): Promise<boolean> => (await commands.getCommands(true)).includes(name);

function open(name: string): Thenable<TextDocument> {
  const folder = workspace.workspaceFolders?.[0]?.uri ?? Uri.file('/');
  return workspace.openTextDocument(Uri.joinPath(folder, name));
}

const tests: Readonly<Record<string, () => Promise<void>>> = {
  async 'starts no program before a file opens'() {
    const started = process.env['STARTED'] ?? '';
    await new Promise((resolve) => setTimeout(resolve, 1_500)); // for what does not happen there is no event
    assert.equal(existsSync(started), false);
    await window.showTextDocument(await open('demo.py'));
    await until(() => existsSync(started), Boolean);
  },

  async 'knows the commands of the server, and none of other extensions'() {
    await until(() => known('lspRouter.status'), Boolean);
    const ours = (await commands.getCommands(true)).filter((name) => name.startsWith('lspRouter.'));
    const contributed = extension?.packageJSON.contributes.commands as readonly { command: string }[];
    contributed.forEach(({ command }) => assert.ok(ours.includes(command), command));
    assert.equal(await known('github.copilot.didAcceptCompletionItem'), false);
  },

  async 'leaves what nobody set to the project'() {
    const { profile, budget } = await status();
    assert.equal(profile, 'balanced', "the project's own file says so");
    assert.equal(budget.per_day_usd, 0.25, 'defaults of VS Code are no settings');
  },

  async 'hands a changed setting over without a restart'() {
    const settings = workspace.getConfiguration('lspRouter');
    await settings.update('profile', 'paid-first', ConfigurationTarget.Global);
    await until(status, ({ profile }) => profile === 'paid-first');
    await settings.update('profile', undefined, ConfigurationTarget.Global);
    await until(status, ({ profile }) => profile === 'balanced');
  },

  async 'restarts once or twice, however often it is asked'() {
    await Promise.all(Array.from({ length: 8 }, () => commands.executeCommand('lspRouter.restart')));
    assert.equal((await status()).profile, 'balanced');
  },
};

export async function run(): Promise<void> {
  const report: Record<string, string> = {};
  for (const [name, test] of Object.entries(tests)) {
    try {
      await test();
      report[name] = 'ok';
    } catch (error) {
      report[name] = error instanceof Error ? (error.stack ?? error.message) : String(error);
    }
  }
  await writeFile(process.env['REPORT'] ?? '', JSON.stringify(report));
}
