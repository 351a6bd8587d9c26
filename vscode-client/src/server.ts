/** Which server this window runs: the configured one, a fitting one on the PATH, or a private one made from the wheel. */

import { homedir } from 'node:os';
import { join } from 'node:path';
import { type ExtensionContext, type LogOutputChannel, workspace } from 'vscode';
import { privateServer } from './install';
import { run } from './programs';
import { Trouble } from './trouble';

const PATIENCE = 20_000;

export interface Server {
  readonly command: string;
  readonly args: readonly string[];
  readonly version: string;
  readonly origin: 'settings' | 'PATH' | 'private environment';
}

export async function findServer(context: ExtensionContext, log: LogOutputChannel): Promise<Server> {
  const needed = String(context.extension.packageJSON.version);
  const found = (await configured()) ?? (await onPath(needed)) ?? (await privateServer(context, log));
  log.info(`lsp-router ${found.version} from ${found.origin}: ${found.command}`);
  return found;
}

/** A newer server of the same line speaks everything this extension does. */
export function fitting(version: string, needed: string): boolean {
  const [has, wants] = [parts(version), parts(needed)];
  const line = wants[0] === 0 ? 2 : 1;
  const sameLine = has.slice(0, line).join('.') === wants.slice(0, line).join('.');
  const newer = has.map((part, at) => part - (wants[at] ?? 0)).find((difference) => difference !== 0) ?? 0;
  return sameLine && newer >= 0;
}

async function configured(): Promise<Server | undefined> {
  const path = setting('path');
  if (!path) {
    return undefined;
  }
  const version = await versionOf(path);
  if (!version) {
    const message = `lsp-router: "${path}" (lspRouter.server.path) cannot be run, or is not lsp-router.`;
    throw new Trouble(message, ['Open Settings', 'Try Again']);
  }
  return { command: path, args: [], version, origin: 'settings' };
}

async function onPath(needed: string): Promise<Server | undefined> {
  const version = await versionOf('lsp-router');
  return version && fitting(version, needed) ? { command: 'lsp-router', args: [], version, origin: 'PATH' } : undefined;
}

async function versionOf(command: string): Promise<string | undefined> {
  const { ok, stdout } = await run(command, ['--version'], PATIENCE);
  return ok ? /^lsp-router (\d+\.\d+\S*)/.exec(stdout)?.[1] : undefined;
}

export function setting(name: 'path' | 'python'): string {
  const value = workspace.getConfiguration('lspRouter.server').get<string>(name, '').trim();
  return value.startsWith('~/') ? join(homedir(), value.slice(2)) : value;
}

function parts(version: string): number[] {
  return version.split('.').slice(0, 3).map((part) => Number.parseInt(part, 10) || 0);
}
