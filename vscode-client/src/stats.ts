/** The last week's figures as a page. */

import { dollars } from './told';
import { milliseconds, table } from './why';

interface Row {
  readonly key: string;
  readonly requests: number;
  readonly hits: number;
  readonly cost_usd: number;
  readonly saved_usd: number;
  readonly shown: number;
  readonly accepted: number;
  readonly p50_ms: number | null;
}

interface Stats {
  readonly total: Row;
  readonly by: string;
  readonly rows: readonly Row[];
}

/** What the command printed; as it is where that is not what we expect. */
export function statsPage(printed: string): string {
  try {
    const { total, by, rows } = JSON.parse(printed) as Stats;
    const saved = total.saved_usd > 0 ? `, **${dollars(total.saved_usd)}** saved against a single premium model` : '';
    const sum = `**${total.requests}** requests for **${dollars(total.cost_usd)}**${saved}; ${total.hits} came from the cache.`;
    return `# The last seven days\n\n${sum}\n\n${table([by, 'requests', 'cost', 'time', 'taken'], rows.map(cells))}\n`;
  } catch {
    return `# Statistics\n\n\`\`\`text\n${printed}\n\`\`\`\n`;
  }
}

function cells(row: Row): string[] {
  const taken = row.shown > 0 ? `${row.accepted}/${row.shown}` : '';
  return [row.key, String(row.requests), dollars(row.cost_usd), row.p50_ms === null ? '' : milliseconds(row.p50_ms), taken];
}
