/** A signing moves only along this table. The condition of every write, the diagram and the tests come from it. */
export const TRANSITIONS = {
  TEAM_REVIEW: ['SIGNING', 'REJECTED', 'WITHDRAWN', 'LAPSED', 'DECEASED'],
  SIGNING: ['PAYING', 'ACTIVE', 'WITHDRAWN', 'LAPSED', 'DECEASED'],
  PAYING: ['ACTIVE', 'WITHDRAWN', 'LAPSED', 'DECEASED'],
  ACTIVE: ['RENEWAL', 'SUSPENDED', 'TERMINATING', 'MOVED', 'EXPIRED', 'DECEASED'],
  RENEWAL: ['RENEWAL_PAYING', 'ACTIVE', 'TERMINATING', 'MOVED', 'EXPIRED', 'DECEASED'],
  RENEWAL_PAYING: ['ACTIVE', 'TERMINATING', 'MOVED', 'EXPIRED', 'DECEASED'],
  SUSPENDED: ['ACTIVE', 'TERMINATING', 'MOVED', 'EXPIRED', 'DECEASED'],
  TERMINATING: ['ACTIVE', 'SUSPENDED', 'TERMINATED', 'MOVED', 'EXPIRED', 'DECEASED'],
  REJECTED: [],
  WITHDRAWN: [],
  LAPSED: [],
  EXPIRED: [],
  MOVED: [],
  TERMINATED: [],
  DECEASED: [],
} as const satisfies Record<string, readonly string[]>;

export type SigningStatus = keyof typeof TRANSITIONS;

export const STATUSES = Object.keys(TRANSITIONS) as readonly SigningStatus[];

/** Applied for: a place is reserved at the team, nobody is signed yet. */
export const PENDING: readonly SigningStatus[] = ['TEAM_REVIEW', 'SIGNING', 'PAYING'];

/** The contract is in force: it takes a place of the team and counts in the rates. */
export const IN_FORCE: readonly SigningStatus[] = [
  'ACTIVE',
  'RENEWAL',
  'RENEWAL_PAYING',
  'SUSPENDED',
  'TERMINATING',
];

export const ENDED: readonly SigningStatus[] = STATUSES.filter((status) => TRANSITIONS[status].length === 0);

/** The states a signing may be in for a move to `to`. */
export function statesBefore(to: SigningStatus): readonly SigningStatus[] {
  return STATUSES.filter((from) => (TRANSITIONS[from] as readonly string[]).includes(to));
}

type Standing = { readonly status: SigningStatus };

export function isPending({ status }: Standing): boolean {
  return PENDING.includes(status);
}

export function isInForce({ status }: Standing): boolean {
  return IN_FORCE.includes(status);
}

export function isEnded({ status }: Standing): boolean {
  return ENDED.includes(status);
}

/** The machine's names for where a signing stands. */
export type Stop = 'REVIEW' | 'SIGNATURES' | 'PAYMENT' | 'RENEWAL' | 'END';
