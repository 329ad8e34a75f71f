/** A referral moves only along this table. The condition of every write, the diagram and the tests come from it. */
export const TRANSITIONS = {
  GATE_REVIEW: ['GATE_REVIEW', 'OFFERED', 'RETURNED', 'REJECTED', 'WITHDRAWN', 'EXPIRED', 'DIED'],
  RETURNED: ['GATE_REVIEW', 'OFFERED', 'WITHDRAWN', 'EXPIRED', 'DIED'],
  OFFERED: [
    'ACCEPTED',
    'CONFIRMED',
    'FIRST_VISIT',
    'OFFERED',
    'RETURNED',
    'DECLINED',
    'WITHDRAWN',
    'EXPIRED',
    'DIED',
  ],
  ACCEPTED: ['RESERVED', 'OFFERED', 'WITHDRAWN', 'EXPIRED', 'DIED'],
  RESERVED: ['CONFIRMED', 'ACCEPTED', 'WITHDRAWN', 'EXPIRED', 'DIED'],
  CONFIRMED: ['ARRIVED', 'IN_TREATMENT', 'BETWEEN_VISITS', 'ACCEPTED', 'NO_SHOW', 'WITHDRAWN', 'DIED'],
  ARRIVED: [
    'IN_TREATMENT',
    'COMPLETED',
    'BETWEEN_VISITS',
    'ACCEPTED',
    'NO_SHOW',
    'WITHDRAWN',
    'EXPIRED',
    'DIED',
  ],
  IN_TREATMENT: ['COMPLETED', 'BETWEEN_VISITS', 'WITHDRAWN', 'EXPIRED', 'DIED'],
  BETWEEN_VISITS: ['ACCEPTED', 'WITHDRAWN', 'DIED'],
  FIRST_VISIT: ['COMPLETED', 'WITHDRAWN', 'EXPIRED', 'DIED'],
  REJECTED: [],
  DECLINED: [],
  WITHDRAWN: [],
  EXPIRED: [],
  NO_SHOW: [],
  DIED: [],
  COMPLETED: [],
} as const satisfies Record<string, readonly string[]>;

export type ReferralStatus = keyof typeof TRANSITIONS;

export const STATUSES = Object.keys(TRANSITIONS) as readonly ReferralStatus[];

/** Ended in any way: from here on nothing is reserved, and the specialty is free for another referral. */
export const ENDED: readonly ReferralStatus[] = STATUSES.filter((status) => TRANSITIONS[status].length === 0);

/** Where a referral can still be withdrawn, or end by death. */
export const OPEN: readonly ReferralStatus[] = STATUSES.filter((status) => !ENDED.includes(status));

/** The states a referral may be in for a move to `to`. */
export function statesBefore(to: ReferralStatus): readonly ReferralStatus[] {
  return STATUSES.filter((from) => (TRANSITIONS[from] as readonly string[]).includes(to));
}

export function isEnded({ status }: { readonly status: ReferralStatus }): boolean {
  return ENDED.includes(status);
}

/** The machine's names for where a referral stands. */
export type Stop =
  | 'GATE'
  | 'DOCUMENTS'
  | 'OFFER'
  | 'NUMBER'
  | 'CONFIRMATION'
  | 'ARRIVAL'
  | 'TREATMENT'
  | 'FIRST_VISIT'
  | 'RELEASE'
  | 'END';
