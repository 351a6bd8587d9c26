/** The private server: an environment of this extension's own, made once per version from the wheel it brings along. */

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CancellationToken, type ExtensionContext, type LogOutputChannel, ProgressLocation, window } from 'vscode';
import { follow } from './programs';
import { findPython } from './python';
import { type Server, setting } from './server';
import { Trouble } from './trouble';

const READY = 'ready';
const GLANCE = 500;

export async function privateServer(context: ExtensionContext, log: LogOutputChannel): Promise<Server> {
  const wheel = await bundledWheel(join(context.extensionPath, 'bundled'));
  const storage = context.globalStorageUri.fsPath;
  const folder = join(storage, `server-${await fingerprint(wheel)}`);
  if (!existsSync(join(folder, READY))) {
    await mkdir(storage, { recursive: true });
    await alone(`${folder}.lock`, () => install(folder, wheel, log));
    await removeOthers(storage, folder);
  }
  // -I: nothing in the user's or the project's folders is taken for a part of the server
  const args = ['-I', '-m', 'lsp_router'];
  return { command: pythonIn(folder), args, version: versionOf(wheel), origin: 'private environment' };
}

async function bundledWheel(folder: string): Promise<string> {
  const names = existsSync(folder) ? await readdir(folder) : [];
  const name = names.find((each) => each.endsWith('.whl'));
  if (!name) {
    const message = 'lsp-router: no server was found on the PATH, and this build of the extension brings none along.';
    throw new Trouble(message, ['Open Settings', 'Try Again']);
  }
  return join(folder, name);
}

async function install(folder: string, wheel: string, log: LogOutputChannel): Promise<void> {
  if (existsSync(join(folder, READY))) {
    return; // another window was first
  }
  await rm(folder, { recursive: true, force: true });
  const python = await findPython(setting('python'));
  const options = { location: ProgressLocation.Notification, title: 'lsp-router', cancellable: true };
  await window.withProgress(options, async (progress, token) => {
    progress.report({ message: `Setting up the server with Python ${python.version.join('.')} (once)…` });
    await step(log, token, 'make an environment', python.path, ['-I', '-m', 'venv', '--clear', folder]);
    progress.report({ message: 'Installing the server and what it needs (once)…' });
    const pip = ['-I', '-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', wheel];
    await step(log, token, 'install the server', pythonIn(folder), pip);
  });
  await writeFile(join(folder, READY), '');
}

async function step(
  log: LogOutputChannel,
  token: CancellationToken,
  what: string,
  command: string,
  args: readonly string[],
): Promise<void> {
  const stop = new AbortController();
  const listening = token.onCancellationRequested(() => stop.abort());
  const ok = await follow(command, args, (line) => log.info(line), stop.signal);
  listening.dispose();
  if (!ok && token.isCancellationRequested) {
    throw new Trouble('lsp-router: the set-up was cancelled, so there are no suggestions.', ['Try Again']);
  }
  if (!ok) {
    const reason = what.startsWith('install') ? ' It needs your pip to reach a package index; the log has its words.' : '';
    throw new Trouble(`lsp-router: Python could not ${what}.${reason}`, ['Show Log', 'Try Again', 'Open Settings']);
  }
}

/** One window installs, the others wait for it; a lock whose owner is gone counts for nothing. */
async function alone(lock: string, work: () => Promise<void>): Promise<void> {
  const mine = `${lock}.${process.pid}`;
  await writeFile(mine, String(process.pid));
  try {
    while (!(await taken(lock, mine))) {
      await sleep(GLANCE);
    }
    await work().finally(() => rm(lock, { force: true }));
  } finally {
    await rm(mine, { force: true });
  }
}

/** A link appears with its content, all at once. */
async function taken(lock: string, mine: string): Promise<boolean> {
  try {
    await link(mine, lock);
    return true;
  } catch {
    if (!(await held(lock))) {
      await rm(lock, { force: true });
    }
    return false;
  }
}

async function held(lock: string): Promise<boolean> {
  try {
    const owner = Number(await readFile(lock, 'utf8'));
    return owner > 0 && process.kill(owner, 0);
  } catch {
    return false;
  }
}

/** Best effort: another window may still run an older one, and Windows then keeps its files. */
async function removeOthers(storage: string, kept: string): Promise<void> {
  const others = (await readdir(storage)).filter((name) => name.startsWith('server-') && name !== basename(kept));
  await Promise.allSettled(others.map((name) => rm(join(storage, name), { recursive: true, force: true })));
}

async function fingerprint(wheel: string): Promise<string> {
  const hash = createHash('sha256').update(await readFile(wheel)).digest('hex');
  return `${versionOf(wheel)}-${hash.slice(0, 12)}`;
}

function versionOf(wheel: string): string {
  return basename(wheel).split('-')[1] ?? '0';
}

function pythonIn(folder: string): string {
  return process.platform === 'win32' ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python');
}
