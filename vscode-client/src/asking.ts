/** What is asked of a model for the code in the editor: by a command, a menu, or a code action of the server. */

import { type TextEditor, window } from 'vscode';
import type { LanguageClient, Range } from 'vscode-languageclient/node';
import { ask } from './requests';
import type { Session } from './session';
import type { Sheets } from './sheets';
import type { Edited, Explained, Reviewed, Why } from './told';
import { summary, whyPage } from './why';

interface Place {
  readonly uri: string;
  readonly range?: Range;
}

/** A code action hands over the place; otherwise it is the selection, or the cursor, of the active editor. */
type Given = Partial<Place> | undefined;

export async function explain(session: Session, sheets: Sheets, given?: Given): Promise<void> {
  const place = await placed(session, given);
  if (!place) {
    return;
  }
  const heading = `# ${nameOf(place.uri)}\n\n`;
  const sheet = await sheets.open(`Explain ${nameOf(place.uri)}`, `${heading}_Asking…_\n`);
  let text = '';
  const answer = await ask<Explained>(session, 'lspRouter.explain', place, {
    title: 'Explaining',
    onPiece: (piece) => {
      text = (piece.restart ? '' : text) + (piece.text ?? '');
      sheet.write(heading + text);
    },
  });
  const cost = answer?.decision ? `\n\n---\n\n${summary(answer.decision)}\n` : '';
  sheet.write(heading + (answer ? answer.text + cost : `${text}\n\n_There is no answer._\n`));
}

export async function edit(session: Session, command: string, title: string, given?: Given): Promise<void> {
  const place = await placed(session, given);
  if (place) {
    tellProblems(await ask<Edited>(session, command, place, { title }));
  }
}

/** An edit in the user's own words. */
export async function instruct(session: Session, command: string, title: string, given?: Given & { instruction?: string }): Promise<void> {
  const place = await placed(session, given);
  const instruction = given?.instruction ?? (place && (await askInstruction(title)));
  if (place && instruction) {
    tellProblems(await ask<Edited>(session, command, { ...place, instruction }, { title }));
  }
}

export async function review(session: Session, given?: Given & { uris?: string[] }): Promise<void> {
  const place = given?.uris ? { uris: given.uris } : await placed(session, given);
  const found = place && (await ask<Reviewed>(session, 'lspRouter.review', place, { title: 'Reviewing' }));
  if (found) {
    const { length } = found.findings;
    const what = length === 0 ? 'nothing found' : length === 1 ? 'one finding' : `${length} findings`;
    window.setStatusBarMessage(`$(eye) lsp-router: ${what}`, 6_000);
  }
}

export async function why(session: Session, sheets: Sheets, given?: Given): Promise<void> {
  const uri = given?.uri ?? (await placed(session))?.uri;
  const told = await ask<Why>(session, 'lspRouter.why', uri ? { uri } : {});
  if (told) {
    await sheets.open('Why this suggestion', whyPage(told));
  }
}

function askInstruction(title: string): Thenable<string | undefined> {
  const placeHolder = 'For example: return early, and name the magic numbers';
  return window.showInputBox({ title, prompt: 'What shall be changed, in your own words?', placeHolder, ignoreFocusOut: true });
}

async function placed(session: Session, given?: Given): Promise<Place | undefined> {
  if (given?.uri) {
    return { ...given, uri: given.uri };
  }
  const editor = window.activeTextEditor;
  const client = await session.ready();
  return client && editor ? here(client, editor) : undefined;
}

function here(client: LanguageClient, { document, selection }: TextEditor): Place {
  const converter = client.code2ProtocolConverter;
  return { uri: converter.asUri(document.uri), range: converter.asRange(selection) };
}

function tellProblems(edited: Edited | undefined): void {
  if (edited && !edited.applied) {
    const words = (edited.problems ?? []).map((problem) => (typeof problem === 'string' ? problem : problem.message));
    void window.showWarningMessage(`lsp-router: nothing was changed. ${words.slice(0, 3).join(' · ')}`);
  }
}

function nameOf(uri: string): string {
  return decodeURIComponent(uri.slice(uri.lastIndexOf('/') + 1));
}
