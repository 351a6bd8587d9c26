/** A routing decision as a page for people. */

import { type Decision, type Why, dollars } from './told';

export function whyPage({ decision, reason, withheld = [] }: Why): string {
  const parts = ['# Why this suggestion'];
  if (decision) {
    parts.push(...decided(decision));
  } else if (!reason) {
    parts.push('No model was asked in this file yet.');
  }
  if (reason) {
    parts.push(`**No ghost text now:** ${reason}.`);
  }
  if (withheld.length > 0) {
    parts.push('## Kept back', withheld.map((what) => `- ${what}`).join('\n'));
  }
  return `${parts.join('\n\n')}\n`;
}

/** One line about who answered and what it cost. */
export function summary(decision: Decision): string {
  const who = decision.model ? `**${decision.model}**` : 'Nobody';
  const how = [decision.tier, decision.provider].filter(Boolean).join(', ');
  const first = decision.ttft_ms === null ? '' : `, first words after ${milliseconds(decision.ttft_ms)}`;
  const took = `${milliseconds(decision.latency_ms)}${first}`;
  return `${who}${how ? ` (${how})` : ''} · ${decision.task} · ${took} · ${dollars(decision.cost_usd)} · cache ${decision.cache}`;
}

function decided(decision: Decision): string[] {
  const { tokens, attempts, candidates } = decision;
  const parts = [summary(decision)];
  if (decision.note) {
    parts.push(`> ${decision.note}`);
  }
  const classes = { in: tokens.input, 'from its cache': tokens.cached, out: tokens.output, 'of thinking': tokens.reasoning };
  const counted = Object.entries(classes).filter(([, count]) => count > 0);
  if (counted.length > 0) {
    parts.push(`Tokens: ${counted.map(([name, count]) => `${count} ${name}`).join(', ')}`);
  }
  if (attempts.length > 0) {
    const rows = attempts.map((a) => [a.model, a.outcome, milliseconds(a.ms), a.reason]);
    parts.push('## Attempts', table(['model', 'outcome', 'time', 'reason'], rows));
  }
  if (candidates.length > 0) {
    const rows = candidates.map((c) => [c.model, c.score === null ? 'out' : c.score.toFixed(2), c.reason]);
    parts.push('## Candidates', table(['model', 'score', 'reason'], rows));
  }
  return parts;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Names and reasons are text, not markup. */
function cell(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\|`*_<>[\]]/g, '\\$&');
}

/** With a space that does not break, for the columns of a table. */
export function milliseconds(ms: number): string {
  if (ms >= 1_000) {
    return `${(ms / 1_000).toFixed(1)}\u00a0s`;
  }
  return ms < 10 && ms > 0 ? `${ms.toFixed(1)}\u00a0ms` : `${Math.round(ms)}\u00a0ms`;
}
