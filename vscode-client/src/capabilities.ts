/** Which of the server's commands VS Code gets to know. */

import type { FeatureState, ServerCapabilities, StaticFeature } from 'vscode-languageclient/node';

/** Commands of the server that this extension offers itself, with what only an editor knows: selection, progress, a view. */
export const WRAPPED: readonly string[] = [
  'explain',
  'fix',
  'refactor',
  'generate',
  'generateTests',
  'document',
  'review',
  'why',
].map((name) => `lspRouter.${name}`);

/** Keeps the library from registering commands that are ours to register, or that another extension may own. */
export class OwnCommands implements StaticFeature {
  preInitialize(capabilities: ServerCapabilities): void {
    const provider = capabilities.executeCommandProvider;
    if (provider) {
      provider.commands = provider.commands.filter((name) => name.startsWith('lspRouter.') && !WRAPPED.includes(name));
    }
  }

  fillClientCapabilities(): void {
    // nothing to add
  }

  initialize(): void {
    // nothing to do
  }

  getState(): FeatureState {
    return { kind: 'static' };
  }

  clear(): void {
    // nothing to undo
  }
}
