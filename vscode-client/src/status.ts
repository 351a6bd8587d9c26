/** The status bar item: who is at work, what today cost, and what keeps suggestions away. */

import { type Disposable, MarkdownString, StatusBarAlignment, ThemeColor, window } from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { ExecuteCommandRequest } from 'vscode-languageclient/node';
import type { Phase } from './session';
import { type Condition, type Status, dollars } from './told';

/** Facts are asked for after an answer, and not more often than this. */
const PAUSE = 1_000;
const NORMAL: Condition = { busy: false, kind: 'Normal', message: '' };

export class StatusItem implements Disposable {
  facts: Status | undefined;
  private readonly item = window.createStatusBarItem('lspRouter.status', StatusBarAlignment.Right, 100);
  private condition: Condition = NORMAL;
  private phase: Phase = 'starting';
  private paused = false;
  private client: LanguageClient | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor() {
    this.item.name = 'lsp-router';
    this.item.command = 'lspRouter.menu';
  }

  follow(client: LanguageClient): void {
    this.client = client;
    this.condition = NORMAL;
    client.onNotification('didChangeStatus', (condition: Condition) => {
      this.condition = condition;
      this.refreshSoon();
      this.draw();
    });
  }

  entered(phase: Phase): void {
    this.phase = phase;
    this.refreshSoon();
    this.draw();
    this.item.show();
  }

  pause(paused: boolean): void {
    this.paused = paused;
    this.draw();
  }

  refreshSoon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.refresh();
    }, PAUSE);
  }

  async refresh(): Promise<void> {
    if (this.client?.isRunning()) {
      const asked = { command: 'lspRouter.status', arguments: [{}] };
      const facts: unknown = await this.client.sendRequest(ExecuteCommandRequest.type, asked).catch(() => undefined);
      this.facts = (facts as Status | undefined) ?? this.facts;
      this.draw();
    }
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.item.dispose();
  }

  private draw(): void {
    const spent = this.facts && this.phase === 'running' ? ` ${dollars(this.facts.budget.day_usd)}` : '';
    this.item.text = `$(${this.icon()}) ${this.who()}${spent}`;
    this.item.backgroundColor = this.background();
    this.item.tooltip = this.tooltip();
    this.item.accessibilityInformation = { label: `lsp-router: ${this.sentence()}`, role: 'button' };
  }

  private icon(): string {
    if (this.phase === 'stopped') {
      return 'error';
    }
    if (this.phase === 'starting' || this.condition.busy) {
      return 'loading~spin';
    }
    if (this.paused) {
      return 'debug-pause';
    }
    return { Normal: 'sparkle', Warning: 'warning', Error: 'error', Inactive: 'circle-slash' }[this.condition.kind];
  }

  private who(): string {
    const last = this.facts?.last;
    return (this.phase === 'running' && (last?.model ?? last?.tier)) || 'lsp-router';
  }

  private background(): ThemeColor | undefined {
    const bad = this.phase === 'stopped' || this.condition.kind === 'Error';
    const kind = bad ? 'error' : this.condition.kind === 'Warning' ? 'warning' : undefined;
    return kind && new ThemeColor(`statusBarItem.${kind}Background`);
  }

  private sentence(): string {
    if (this.phase !== 'running') {
      return this.phase === 'starting' ? 'starting' : 'the server does not run';
    }
    return this.paused ? 'suggestions are paused' : this.condition.message || 'ready';
  }

  private tooltip(): MarkdownString {
    const lines = [`**lsp-router** · ${this.sentence()}`];
    const { facts } = this;
    if (facts && this.phase === 'running') {
      const { day_usd: day, per_day_usd: limit, session_usd: session, step } = facts.budget;
      const ceiling = limit === null ? '' : ` of ${dollars(limit)}`;
      lines.push(`Today ${dollars(day)}${ceiling}, this session ${dollars(session)} (${step})`);
      lines.push(`Profile ${facts.profile}, ${facts.models.length === 1 ? 'one model' : `${facts.models.length} models`}`);
      if (facts.last?.model) {
        lines.push(`Last answer: ${facts.last.model}${facts.last.tier ? ` (${facts.last.tier})` : ''}`);
      }
      lines.push(...Object.entries(facts.health).map(([scope, { reason }]) => `Resting: ${scope} – ${reason}`));
    }
    const tooltip = new MarkdownString();
    lines.forEach((line) => tooltip.appendMarkdown(`${line}\n\n`));
    return tooltip;
  }
}
