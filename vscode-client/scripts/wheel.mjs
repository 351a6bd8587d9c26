// Builds the server's wheel into bundled/, so that a person with nothing but Python has a server of the same version.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';

rmSync('bundled', { recursive: true, force: true });
mkdirSync('bundled');
const python = process.env.PYTHON ?? (process.platform === 'win32' ? 'python' : 'python3');
const pip = ['-m', 'pip', '--disable-pip-version-check', '-q'];
execFileSync(python, [...pip, 'wheel', '--no-deps', '--wheel-dir', 'bundled', '..'], { stdio: 'inherit' });
copyFileSync('../LICENSE', 'LICENSE');
