/** What the server tells, as far as this extension looks at it. */

export interface Decision {
  readonly id: string;
  readonly task: string;
  readonly model: string | null;
  readonly provider: string | null;
  readonly tier: string | null;
  readonly cost_usd: number;
  readonly latency_ms: number;
  readonly ttft_ms: number | null;
  readonly fallback_depth: number;
  readonly cache: string;
  readonly tokens: { readonly input: number; readonly cached: number; readonly output: number; readonly reasoning: number };
  readonly attempts: readonly { readonly model: string; readonly outcome: string; readonly reason: string; readonly ms: number }[];
  readonly candidates: readonly { readonly model: string; readonly score: number | null; readonly reason: string }[];
  readonly note?: string;
}

export interface Why {
  readonly decision: Decision | null;
  readonly reason?: string;
  readonly withheld?: readonly string[];
}

export interface Status {
  readonly profile: string;
  readonly budget: {
    readonly step: string;
    readonly day_usd: number;
    readonly session_usd: number;
    readonly per_day_usd: number | null;
    readonly per_session_usd: number | null;
  };
  readonly health: Readonly<Record<string, { readonly reason: string; readonly until: number }>>;
  readonly models: readonly string[];
  readonly last?: { readonly model: string | null; readonly tier: string | null } | null;
  readonly embedded: { readonly ready: boolean; readonly files: number };
}

/** `didChangeStatus`, which the server sends by itself. */
export interface Condition {
  readonly busy: boolean;
  readonly kind: 'Normal' | 'Warning' | 'Error' | 'Inactive';
  readonly message: string;
}

export interface Explained {
  readonly text: string;
  readonly decision?: Decision | null;
}

export interface Reviewed {
  readonly findings: readonly unknown[];
  readonly decision?: Decision | null;
}

/** Small sums need their digits: most requests cost a fraction of a cent. */
export function dollars(sum: number): string {
  if (sum === 0) {
    return '$0';
  }
  return sum < 0.005 ? `$${sum.toPrecision(1)}` : `$${sum.toFixed(2)}`;
}
