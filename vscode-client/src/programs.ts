/** Runs other programs: never in the workspace's folder, whose files could be taken for parts of them. */

import { execFile, spawn } from 'node:child_process';
import { homedir } from 'node:os';

export interface Ended {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a program printed; one that is missing, fails or takes too long is not ok. */
export function run(command: string, args: readonly string[], patience: number): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { cwd: homedir(), timeout: patience, windowsHide: true, encoding: 'utf8' as const };
    execFile(command, args, options, (error, stdout, stderr) => resolve({ ok: !error, stdout, stderr }));
  });
}

/** A program that takes its time: each line it prints is handed on. */
export function follow(
  command: string,
  args: readonly string[],
  line: (text: string) => void,
  signal: AbortSignal,
): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: homedir(), windowsHide: true, signal, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => text.split(/\r?\n/).filter(Boolean).forEach(line));
    }
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === 0));
  });
}
