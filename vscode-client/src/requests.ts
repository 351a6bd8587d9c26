/** Asks the server to do something that takes a while: with progress, a way to stop it, and its text as it comes. */

import { CancellationTokenSource, type Progress, ProgressLocation, window } from 'vscode';
import {
  ExecuteCommandRequest,
  LSPErrorCodes,
  ProgressType,
  ResponseError,
  WorkDoneProgress,
} from 'vscode-languageclient/node';
import type { LanguageClient } from 'vscode-languageclient/node';
import type { Session } from './session';

export interface Piece {
  readonly text?: string;
  /** Another model begins again: what came before is void. */
  readonly restart?: boolean;
}

interface Wishes {
  /** Shown while it lasts; without it the request is a quiet one. */
  readonly title?: string;
  readonly onPiece?: (piece: Piece) => void;
}

const PIECES = new ProgressType<Piece>();
let asked = 0;

/** The answer; undefined when it was stopped or failed, which the user knows by then. */
export async function ask<T>(session: Session, command: string, argument: object, wishes: Wishes = {}): Promise<T | undefined> {
  const client = await session.ready();
  if (!client) {
    return undefined;
  }
  try {
    return await (wishes.title ? watched<T>(client, command, argument, wishes.title, wishes) : plain<T>(client, command, argument));
  } catch (error) {
    if (!stopped(error)) {
      void window.showErrorMessage(error instanceof Error ? sentence(error.message) : `lsp-router: ${command} failed`);
    }
    return undefined;
  }
}

function plain<T>(client: LanguageClient, command: string, argument: object): Promise<T> {
  return client.sendRequest(ExecuteCommandRequest.type, { command, arguments: [argument] });
}

async function watched<T>(
  client: LanguageClient,
  command: string,
  argument: object,
  title: string,
  { onPiece }: Wishes,
): Promise<T> {
  asked += 1;
  const [workDoneToken, partialResultToken] = [`work-${asked}`, `text-${asked}`];
  const options = { location: ProgressLocation.Notification, title, cancellable: true };
  return window.withProgress(options, async (progress, stop) => {
    const listening = [client.onProgress(WorkDoneProgress.type, workDoneToken, (told) => report(progress, told))];
    if (onPiece) {
      listening.push(client.onProgress(PIECES, partialResultToken, onPiece));
    }
    const source = new CancellationTokenSource();
    listening.push(stop.onCancellationRequested(() => source.cancel()));
    try {
      const words = [onPiece ? { ...argument, partialResultToken } : argument];
      return (await client.sendRequest(
        ExecuteCommandRequest.type,
        { command, arguments: words, workDoneToken },
        source.token,
      )) as T;
    } finally {
      listening.forEach((each) => each.dispose());
    }
  });
}

function report(progress: Progress<{ message?: string }>, told: { kind: string; message?: string | undefined }): void {
  if (told.kind === 'report' && told.message) {
    progress.report({ message: told.message });
  }
}

function stopped(error: unknown): boolean {
  const codes: readonly number[] = [LSPErrorCodes.RequestCancelled, LSPErrorCodes.ServerCancelled];
  return error instanceof ResponseError && codes.includes(error.code);
}

function sentence(message: string): string {
  return message.startsWith('lsp-router') ? message : `lsp-router: ${message}`;
}
