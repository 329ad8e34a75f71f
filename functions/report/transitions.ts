/**
 * A report moves only along this table; what lies between may come late, so a step may be passed over. The condition of
 * every write, the diagram and the tests come from it.
 */
export const TRANSITIONS = {
  ORDERED: ['COLLECTED', 'PRELIMINARY', 'FINAL', 'AMENDED', 'CANCELLED'],
  COLLECTED: ['PRELIMINARY', 'FINAL', 'AMENDED', 'CANCELLED'],
  PRELIMINARY: ['PRELIMINARY', 'FINAL', 'AMENDED', 'CANCELLED'],
  FINAL: ['AMENDED', 'CANCELLED'],
  AMENDED: ['AMENDED', 'CANCELLED'],
  CANCELLED: [],
} as const satisfies Record<string, readonly string[]>;

export type ReportStatus = keyof typeof TRANSITIONS;

export const STATUSES = Object.keys(TRANSITIONS) as readonly ReportStatus[];

/** What a patient may see: 国务院令701号 gives the right to the record, a preliminary finding is none yet. */
export const VISIBLE: readonly ReportStatus[] = ['FINAL', 'AMENDED'];

/** What a doctor may have to act on at once, before it is final. */
export const WITH_RESULTS: readonly ReportStatus[] = ['PRELIMINARY', ...VISIBLE];

export function mayFollow(from: ReportStatus, to: ReportStatus): boolean {
  const following: readonly string[] = TRANSITIONS[from];
  return following.includes(to);
}

export function isVisible({ status }: { readonly status: ReportStatus }): boolean {
  return VISIBLE.includes(status);
}

/** 危急值: who is told, and what became of it. WITHDRAWN: the report was cancelled before anybody acknowledged. */
export const CRITICAL_TRANSITIONS = {
  NOTIFIED: ['ACKNOWLEDGED', 'WITHDRAWN'],
  ACKNOWLEDGED: ['RESOLVED'],
  RESOLVED: [],
  WITHDRAWN: [],
} as const satisfies Record<string, readonly string[]>;

export type CriticalStatus = keyof typeof CRITICAL_TRANSITIONS;

export const CRITICAL_STATUSES = Object.keys(CRITICAL_TRANSITIONS) as readonly CriticalStatus[];

export function criticalBefore(to: CriticalStatus): readonly CriticalStatus[] {
  return CRITICAL_STATUSES.filter((from) => {
    const following: readonly string[] = CRITICAL_TRANSITIONS[from];
    return following.includes(to);
  });
}
