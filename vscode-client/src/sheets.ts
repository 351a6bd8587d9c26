/** Markdown that is written while it is read: documents that exist only in the editor, shown in its preview. */

import { type Disposable, EventEmitter, type TextDocumentContentProvider, Uri, commands, workspace } from 'vscode';

const SCHEME = 'lsp-router';
const KEPT = 20;
/** The preview draws at most this often. */
const BEAT = 150;

export class Sheets implements TextDocumentContentProvider, Disposable {
  private readonly changes = new EventEmitter<Uri>();
  readonly onDidChange = this.changes.event;
  private readonly texts = new Map<string, string>();
  private readonly registration = workspace.registerTextDocumentContentProvider(SCHEME, this);
  private made = 0;

  provideTextDocumentContent(uri: Uri): string {
    return this.texts.get(uri.toString()) ?? '_This page is gone; ask again._';
  }

  /** Shows an empty page under a title, beside the code. */
  async open(title: string, text: string): Promise<Sheet> {
    this.made += 1;
    const uri = Uri.from({ scheme: SCHEME, path: `/${title.replace(/[/\\]/g, '-')}.md`, query: String(this.made) });
    this.put(uri, text);
    await commands.executeCommand('markdown.showPreviewToSide', uri);
    return new Sheet(text, (now) => this.put(uri, now));
  }

  dispose(): void {
    this.registration.dispose();
    this.changes.dispose();
  }

  private put(uri: Uri, text: string): void {
    this.texts.set(uri.toString(), text);
    const [oldest] = this.texts.keys();
    if (this.texts.size > KEPT && oldest !== undefined) {
      this.texts.delete(oldest);
    }
    this.changes.fire(uri);
  }
}

/** One page; what is written to it appears a moment later. */
export class Sheet {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private text: string,
    private readonly put: (text: string) => void,
  ) {}

  write(text: string): void {
    this.text = text;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.put(this.text);
    }, BEAT);
  }

  add(text: string): void {
    this.write(this.text + text);
  }
}
