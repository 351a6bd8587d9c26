/** What the user chose, as the server takes it. */

import { type ExtensionContext, workspace } from 'vscode';

export const SECTION = 'lspRouter';
/** Settings of this extension itself; the server does not know them. */
const OWN = /^lspRouter\.(server|trace)\./;

interface Contributed {
  readonly properties: Readonly<Record<string, unknown>>;
}

/** Only what somebody set: a default that is sent as a setting would win over the project's own file. */
export function chosen(context: ExtensionContext): Record<string, unknown> {
  const settings = workspace.getConfiguration();
  const keys = contributed(context).filter((key) => !OWN.test(key));
  const set = keys.filter((key) => {
    const found = settings.inspect(key);
    return [found?.globalValue, found?.workspaceValue, found?.workspaceFolderValue].some((value) => value !== undefined);
  });
  return Object.fromEntries(set.map((key) => [key.slice(SECTION.length + 1), settings.get(key)]));
}

export function contributed(context: ExtensionContext): string[] {
  const groups = context.extension.packageJSON.contributes.configuration as readonly Contributed[];
  return groups.flatMap((group) => Object.keys(group.properties));
}
