/** The one server of a window. */

import { type Disposable, EventEmitter, type ExtensionContext, type LogOutputChannel, workspace } from 'vscode';
import {
  CloseAction,
  DidChangeConfigurationNotification,
  ErrorAction,
  LanguageClient,
  type LanguageClientOptions,
  RevealOutputChannelOn,
  State,
} from 'vscode-languageclient/node';
import { OwnCommands } from './capabilities';
import type { Feedback } from './feedback';
import { middleware } from './middleware';
import { type Server, findServer } from './server';
import { chosen } from './settings';
import { Trouble, explainTrouble } from './trouble';

export type Phase = 'starting' | 'running' | 'stopped';

/** Kinds of documents that get suggestions. */
export const SCHEMES: readonly string[] = ['file', 'untitled', 'vscode-notebook-cell'];

const PATIENCE = 3_000;
const CRASHES = 3;

/** Owns the client and its server: starts them, and starts them anew when what they were started with has changed. */
export class Session implements Disposable {
  server: Server | undefined;
  private readonly phases = new EventEmitter<Phase>();
  private readonly clients = new EventEmitter<LanguageClient>();
  private readonly answers = new EventEmitter<void>();
  readonly onPhase = this.phases.event;
  readonly onClient = this.clients.event;
  /** A suggestion was made, or none: what the server tells about itself may have changed. */
  readonly onAnswer = this.answers.event;
  private client: LanguageClient | undefined;
  private turning: Promise<void> = Promise.resolve();
  private queued: Promise<void> | undefined;
  private begun = false;
  private over = false;
  private crashes = 0;

  constructor(
    private readonly context: ExtensionContext,
    private readonly log: LogOutputChannel,
    private readonly feedback: Feedback,
  ) {}

  /** Somebody may need the server now; it costs nothing before. */
  begin(): void {
    if (!this.begun) {
      void this.restart();
    }
  }

  /** What the server is started with has changed. */
  restartIfBegun(): void {
    if (this.begun) {
      void this.restart();
    }
  }

  /** However often it is asked for while one is under way, one more follows. */
  restart(): Promise<void> {
    this.begun = true;
    this.queued ??= this.turning.then(() => {
      this.queued = undefined;
      this.turning = this.turn();
      return this.turning;
    });
    return this.queued;
  }

  /** The client as soon as its server runs; undefined when it cannot, which was explained already. */
  async ready(): Promise<LanguageClient | undefined> {
    this.begin();
    await (this.queued ?? this.turning);
    return this.client?.isRunning() ? this.client : undefined;
  }

  /** The server asks for its settings when it hears that they changed. */
  async settingsChanged(): Promise<void> {
    if (this.client?.isRunning()) {
      await this.client.sendNotification(DidChangeConfigurationNotification.type, { settings: null });
    }
  }

  async stop(): Promise<void> {
    this.over = true;
    await this.turning;
    await this.leave();
  }

  dispose(): void {
    this.phases.dispose();
    this.clients.dispose();
    this.answers.dispose();
  }

  private async turn(): Promise<void> {
    await this.leave();
    if (this.over) {
      return;
    }
    this.phases.fire('starting');
    try {
      this.server = await findServer(this.context, this.log);
      this.client = this.makeClient(this.server);
      this.clients.fire(this.client);
      await this.client.start();
      this.crashes = 0;
    } catch (error) {
      this.phases.fire('stopped');
      this.complain(error);
    }
  }

  private async leave(): Promise<void> {
    const { client } = this;
    this.client = undefined;
    // a client that never came up, or whose server is gone, has nobody to say goodbye to
    await client?.dispose(PATIENCE).catch((error: unknown) => this.log.debug(String(error)));
  }

  private makeClient(server: Server): LanguageClient {
    const executable = { command: server.command, args: [...server.args], options: { cwd: this.context.extensionPath } };
    const client = new LanguageClient('lspRouter', 'lsp-router', executable, this.options());
    client.registerFeature(new OwnCommands());
    client.onDidChangeState(({ newState }) => {
      if (this.client === client) {
        this.phases.fire(newState === State.Running ? 'running' : newState === State.Starting ? 'starting' : 'stopped');
      }
    });
    return client;
  }

  private options(): LanguageClientOptions {
    return {
      documentSelector: SCHEMES.map((scheme) => ({ scheme })),
      initializationOptions: { trusted: workspace.isTrusted },
      outputChannel: this.log,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      middleware: middleware(this.feedback, () => chosen(this.context), () => this.answers.fire()),
      initializationFailedHandler: () => false,
      errorHandler: { error: () => ({ action: ErrorAction.Continue, handled: true }), closed: () => this.closed() },
    };
  }

  /** A server that ended by itself is started again, but not for ever. */
  private closed(): { action: CloseAction; handled: boolean } {
    this.crashes += 1;
    const action = this.crashes <= CRASHES ? CloseAction.Restart : CloseAction.DoNotRestart;
    if (action === CloseAction.DoNotRestart) {
      this.complain(new Trouble('lsp-router: the server ended several times. Its log says why.', ['Show Log', 'Try Again']));
    }
    return { action, handled: true };
  }

  private complain(error: unknown): void {
    const known = error instanceof Trouble;
    const trouble = known ? error : new Trouble('lsp-router: the server did not start.', ['Show Log', 'Try Again']);
    this.log.error(error instanceof Error ? error.message : String(error));
    void explainTrouble(trouble);
  }
}
