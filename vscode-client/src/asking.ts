/** What is asked of a model for the code in the editor: by a command, a menu, or a code action of the server. */

import { type TextEditor, Uri, window } from 'vscode';
import type { LanguageClient, Range } from 'vscode-languageclient/node';
import { ask } from './requests';
import type { Session } from './session';
import type { Sheets } from './sheets';
import type { Explained, Reviewed, Why } from './told';
import { summary, whyPage } from './why';

interface Place {
  readonly uri: string;
  readonly range?: Range;
}

/** A code action hands over the place, the explorer a file; else it is where the selection or the cursor is. */
type Given = Partial<Place> | Uri | undefined;
type Instructed = (Partial<Place> & { readonly instruction?: string }) | Uri | undefined;
type Several = (Partial<Place> & { readonly uris?: readonly string[] }) | Uri | undefined;

export async function explain(session: Session, sheets: Sheets, given?: Given): Promise<void> {
  const place = await placed(session, given);
  if (!place) {
    return;
  }
  const argument = { ...place, show: false }; // the page below is where it is shown
  const heading = `# ${nameOf(place.uri)}\n\n`;
  const sheet = await sheets.open(`Explain ${nameOf(place.uri)}`, `${heading}_Asking…_\n`);
  let text = '';
  const answer = await ask<Explained>(session, 'lspRouter.explain', argument, {
    title: 'Explaining',
    onPiece: (piece) => {
      text = (piece.restart ? '' : text) + (piece.text ?? '');
      sheet.write(heading + text);
    },
  });
  const cost = answer?.decision ? `\n\n---\n\n${summary(answer.decision)}\n` : '';
  sheet.write(heading + (answer ? answer.text + cost : `${text}\n\n_There is no answer._\n`));
}

/** The server applies the change itself, and says why when there is none. */
export async function edit(session: Session, command: string, title: string, given?: Given): Promise<void> {
  const place = await placed(session, given);
  if (place) {
    await ask(session, command, place, { title });
  }
}

/** An edit in the user's own words. */
export async function instruct(session: Session, command: string, title: string, given?: Instructed): Promise<void> {
  const place = await placed(session, given);
  const said = given && 'instruction' in given ? given.instruction : undefined;
  const instruction = said ?? (place && (await askInstruction(title)));
  if (place && instruction) {
    await ask(session, command, { ...place, instruction }, { title });
  }
}

export async function review(session: Session, given?: Several): Promise<void> {
  const place = given && 'uris' in given ? { uris: given.uris } : wide(await placed(session, given));
  const found = place && (await ask<Reviewed>(session, 'lspRouter.review', place, { title: 'Reviewing' }));
  if (found) {
    const { length } = found.findings;
    const what = length === 0 ? 'nothing found' : length === 1 ? 'one finding' : `${length} findings`;
    window.setStatusBarMessage(`$(eye) lsp-router: ${what}`, 6_000);
  }
}

export async function why(session: Session, sheets: Sheets, given?: Given): Promise<void> {
  const uri = (await placed(session, given))?.uri;
  const told = await ask<Why>(session, 'lspRouter.why', uri ? { uri } : {});
  if (told) {
    await sheets.open('Why this suggestion', whyPage(told));
  }
}

function askInstruction(title: string): Thenable<string | undefined> {
  const placeHolder = 'For example: return early, and name the magic numbers';
  const prompt = 'What shall be done, in your own words?';
  return window.showInputBox({ title: `lsp-router: ${title.toLowerCase()}`, prompt, placeHolder, ignoreFocusOut: true });
}

async function placed(session: Session, given?: Given): Promise<Place | undefined> {
  const client = await session.ready();
  if (client && given instanceof Uri) {
    return { uri: client.code2ProtocolConverter.asUri(given) };
  }
  if (given && 'uri' in given && given.uri) {
    return { ...given, uri: given.uri };
  }
  const editor = window.activeTextEditor;
  return client && editor ? here(client, editor) : undefined;
}

function here(client: LanguageClient, { document, selection }: TextEditor): Place {
  const converter = client.code2ProtocolConverter;
  return { uri: converter.asUri(document.uri), range: converter.asRange(selection) };
}

/** A cursor is no selection: then it is about the whole file. */
function wide(place: Place | undefined): Place | undefined {
  const { start, end } = place?.range ?? {};
  const empty = start?.line === end?.line && start?.character === end?.character;
  return place && (empty ? { uri: place.uri } : place);
}

function nameOf(uri: string): string {
  return decodeURIComponent(uri.slice(uri.lastIndexOf('/') + 1));
}
