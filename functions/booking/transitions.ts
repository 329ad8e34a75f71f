/** Rule I7: an appointment moves only along this table. The write's condition, the diagram and the tests come from it. */
export const TRANSITIONS = {
  HELD: ['PENDING_PAYMENT', 'BOOKED', 'EXPIRED', 'CANCELLED_BY_PATIENT', 'CANCELLED_BY_HOSPITAL'],
  PENDING_PAYMENT: ['HELD', 'BOOKED', 'EXPIRED', 'CANCELLED_BY_HOSPITAL'],
  BOOKED: ['CHECKED_IN', 'NO_SHOW', 'CANCELLED_BY_PATIENT', 'CANCELLED_BY_HOSPITAL'],
  CHECKED_IN: ['CALLED', 'CANCELLED_BY_HOSPITAL', 'NO_SHOW'],
  CALLED: ['IN_SERVICE', 'CHECKED_IN', 'NO_SHOW', 'CANCELLED_BY_HOSPITAL'],
  IN_SERVICE: ['FULFILLED'],
  FULFILLED: [],
  CANCELLED_BY_PATIENT: [],
  CANCELLED_BY_HOSPITAL: [],
  EXPIRED: [],
  NO_SHOW: [],
} as const satisfies Record<string, readonly string[]>;

export type AppointmentStatus = keyof typeof TRANSITIONS;

export const APPOINTMENT_STATUSES = Object.keys(TRANSITIONS) as readonly AppointmentStatus[];

/** The states an appointment may be in for a move to `to`. */
export function statesBefore(to: AppointmentStatus): readonly AppointmentStatus[] {
  return APPOINTMENT_STATUSES.filter((from) => (TRANSITIONS[from] as readonly string[]).includes(to));
}

/** Ended without a visit: its number is free again. */
export const VACATING: readonly AppointmentStatus[] = [
  'CANCELLED_BY_PATIENT',
  'CANCELLED_BY_HOSPITAL',
  'EXPIRED',
];

/** Ended in any way. */
export const TERMINAL: readonly AppointmentStatus[] = APPOINTMENT_STATUSES.filter(
  (status) => TRANSITIONS[status].length === 0,
);
