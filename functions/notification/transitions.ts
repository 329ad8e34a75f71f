/** A message moves only along this table. The condition of every write, the diagram and the tests come from it. */
export const TRANSITIONS = {
  WAITING: ['WAITING', 'SENDING', 'PHONE', 'WITHDRAWN', 'SWITCHED_OFF', 'LAPSED', 'FAILED'],
  SENDING: ['WAITING', 'SENT', 'UNANSWERED', 'FAILED'],
  PHONE: ['CALLING', 'LAPSED', 'WITHDRAWN'],
  CALLING: ['PHONE', 'REACHED', 'UNREACHED', 'LAPSED'],
  SENT: [],
  UNANSWERED: [],
  REACHED: [],
  UNREACHED: [],
  WITHDRAWN: [],
  SWITCHED_OFF: [],
  LAPSED: [],
  FAILED: [],
} as const satisfies Record<string, readonly string[]>;

export type MessageStatus = keyof typeof TRANSITIONS;

export const STATUSES: readonly MessageStatus[] = Object.keys(TRANSITIONS).filter(isStatus);

function isStatus(name: string): name is MessageStatus {
  return Object.hasOwn(TRANSITIONS, name);
}

/** The states a message may be in for a move to `to`. */
export function statesBefore(to: MessageStatus): readonly MessageStatus[] {
  return STATUSES.filter((from) => reaches(from, to));
}

function reaches(from: MessageStatus, to: MessageStatus): boolean {
  const next: readonly MessageStatus[] = TRANSITIONS[from];
  return next.includes(to);
}

export const ENDED: readonly MessageStatus[] = STATUSES.filter((status) => TRANSITIONS[status].length === 0);

export function isEnded({ status }: { readonly status: MessageStatus }): boolean {
  return ENDED.includes(status);
}
