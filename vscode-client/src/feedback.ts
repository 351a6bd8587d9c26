/** What became of suggestions: shown, taken in part, taken whole. The server learns from it which model to ask. */

import {
  type Command,
  type Disposable,
  type InlineCompletionItem,
  type Position,
  type TextDocument,
  type TextDocumentChangeEvent,
  window,
  workspace,
} from 'vscode';
import { ExecuteCommandRequest } from 'vscode-languageclient/node';
import type { LanguageClient } from 'vscode-languageclient/node';

interface Shown {
  readonly id: string;
  readonly uri: string;
  readonly offset: number;
  readonly text: string;
  /** The text as it was first shown: what was taken is counted from its beginning. */
  readonly whole: string;
}

/** VS Code tells extensions nothing about their ghost text, so what stands at the cursor is compared with it. */
export class Feedback implements Disposable {
  paused = false;
  private client: LanguageClient | undefined;
  private shown: Shown | undefined;
  private edit: string | undefined;
  private readonly listening = [
    workspace.onDidChangeTextDocument((event) => this.changed(event)),
    window.onDidChangeActiveTextEditor((editor) => editor && this.focused(editor.document)),
  ];

  tell(client: LanguageClient): void {
    this.client = client;
    this.shown = undefined;
  }

  /** What was just given to the editor is what it shows: the first, if nothing was typed since. */
  offered(document: TextDocument, position: Position, items: readonly InlineCompletionItem[]): void {
    const first = items[0];
    const id = first && identOf(first);
    if (!first || !id) {
      return;
    }
    const text = typeof first.insertText === 'string' ? first.insertText : first.insertText.value;
    const before = this.shown?.id === id ? this.shown : undefined;
    const whole = before?.whole.endsWith(text) ? before.whole : text;
    this.shown = { id, uri: document.uri.toString(), offset: document.offsetAt(position), text, whole };
    if (!before) {
      this.notify('textDocument/didShowCompletion', { item: { id } });
    }
  }

  /** An edit that was computed for the menu; VS Code applies it at once, or after a preview. */
  offeredEdit(id: string): void {
    this.edit = id;
  }

  async acceptEdit(): Promise<void> {
    const argument = { id: this.edit };
    this.edit = undefined;
    if (argument.id && this.client?.isRunning()) {
      await this.client.sendRequest(ExecuteCommandRequest.type, { command: 'lspRouter.accept', arguments: [argument] });
    }
  }

  dispose(): void {
    this.listening.forEach((each) => each.dispose());
  }

  /** Nobody types several letters at once: a longer piece of the suggestion at its place was taken from it. */
  private changed({ document, contentChanges }: TextDocumentChangeEvent): void {
    const { shown } = this;
    const change = contentChanges[0];
    if (!shown || !change || document.uri.toString() !== shown.uri) {
      return;
    }
    const begun = contentChanges.length === 1 && change.rangeOffset === shown.offset && change.rangeLength === 0;
    if (!begun || !change.text || !shown.text.startsWith(change.text)) {
      this.shown = undefined;
      return;
    }
    const left = shown.text.slice(change.text.length);
    this.shown = left ? { ...shown, offset: shown.offset + change.text.length, text: left } : undefined;
    if (left && change.text.length > 1) {
      const acceptedLength = shown.whole.length - left.length;
      this.notify('textDocument/didPartiallyAcceptCompletion', { item: { id: shown.id }, acceptedLength });
    }
  }

  private focused(document: TextDocument): void {
    if (document.uri.scheme === 'file') {
      this.notify('textDocument/didFocus', { textDocument: { uri: document.uri.toString() } });
    }
  }

  private notify(method: string, params: object): void {
    if (this.client?.isRunning()) {
      void this.client.sendNotification(method, params);
    }
  }
}

/** The id of a suggestion is what its command is called with. */
export function identOf(item: { command?: Command | undefined }): string | undefined {
  const argument: unknown = item.command?.arguments?.[0];
  if (typeof argument === 'string') {
    return argument;
  }
  const id = argument && typeof argument === 'object' && 'id' in argument ? argument.id : undefined;
  return typeof id === 'string' ? id : undefined;
}
