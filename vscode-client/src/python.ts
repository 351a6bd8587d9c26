/** Finds a Python that can carry the server. */

import { run } from './programs';
import { Trouble } from './trouble';

const OLDEST = [3, 11] as const;
const PATIENCE = 15_000;
const PROBE = `
import json, sys
from importlib.util import find_spec
print(json.dumps({"path": sys.executable, "version": sys.version_info[:2], "venv": bool(find_spec("ensurepip"))}))
`;

export interface Python {
  readonly path: string;
  readonly version: readonly [number, number];
  /** Whether it can make environments; some Linux distributions keep that in a package of its own. */
  readonly venv: boolean;
}

type Program = readonly [string, ...string[]];

export async function findPython(configured: string): Promise<Python> {
  const found: Python[] = [];
  for (const program of configured ? [[configured] as const] : candidates(process.platform)) {
    const python = await probe(program);
    if (python && fits(python) && python.venv) {
      return python;
    }
    if (python) {
      found.push(python);
    }
  }
  throw missing(found, configured);
}

export function candidates(platform: NodeJS.Platform): readonly Program[] {
  const plain: Program[] = [['python3'], ['python']];
  const newest: Program[] = ['3.14', '3.13', '3.12', '3.11'].map((version) => [`python${version}`] as const);
  return platform === 'win32' ? [['py', '-3'], ...plain] : [...plain, ...newest];
}

export function fits(python: Python): boolean {
  const [major, minor] = python.version;
  return major === OLDEST[0] && minor >= OLDEST[1];
}

function missing(found: readonly Python[], configured: string): Trouble {
  const needed = `Python ${OLDEST.join('.')} or newer`;
  if (configured) {
    return new Trouble(`lsp-router: "${configured}" (lspRouter.server.python) is not a ${needed} that can make environments.`, [
      'Open Settings',
    ]);
  }
  const crippled = found.find(fits);
  if (crippled) {
    const version = crippled.version.join('.');
    const how = `Install its venv module (on Debian and Ubuntu: apt install python${version}-venv), then try again.`;
    return new Trouble(`lsp-router: Python ${version} cannot make environments. ${how}`, ['Try Again', 'Open Settings']);
  }
  const seen = found[0] ? ` (found ${found[0].version.join('.')})` : '';
  const message = `lsp-router needs ${needed}${seen}. Install it and try again, or name a server or a Python in the settings.`;
  return new Trouble(message, ['Get Python', 'Try Again', 'Open Settings']);
}

async function probe([command, ...args]: Program): Promise<Python | undefined> {
  const ended = await run(command, [...args, '-I', '-c', PROBE], PATIENCE);
  try {
    return ended.ok ? (JSON.parse(ended.stdout) as Python) : undefined;
  } catch {
    return undefined; // it printed something else: not a Python
  }
}
