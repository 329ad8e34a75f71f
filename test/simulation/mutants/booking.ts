import type { Mutant } from './mutant.ts';

const inBooking = (name: string, harm: string, file: string, from: string, to: string): Mutant => ({
  ...{ name, harm, from, to },
  workflow: 'booking',
  file: `functions/booking/${file}.ts`,
});

export const bookingMutants: readonly Mutant[] = [
  inBooking(
    'number-over-another',
    'a patient takes a second number, and the first is nobody’s',
    'hold-number',
    `        [holder]: { exists: false },\n`,
    '',
  ),
  inBooking(
    'late-event-frees-the-next-number',
    'the end of an old appointment, heard of late, gives away the number of the next one',
    'free-number',
    `mark === undefined || tokenOf(mark) !== token)`,
    `mark === undefined || tokenOf(mark) % 1000 !== token % 1000)`,
  ),
  inBooking(
    'number-freed-before-its-tombstone',
    'a request that was given up still writes its appointment, whose number is sold again',
    'place-booking',
    `  const stands = await abandonClaim(deps, placement, claimed);`,
    `  const stands = { ...appointmentFrom(deps, placement, claimed), status: 'EXPIRED' as const };`,
  ),
  inBooking(
    'lapsed-hold-confirmed',
    'a hold that has lapsed becomes a booking',
    'confirm-appointment',
    `heldUntil: { gt: now }, `,
    '',
  ),
  inBooking(
    'release-adds-quota',
    'a pool that is released doubles its numbers',
    'hold-number',
    `    set[source] = [];\n`,
    '',
  ),
  inBooking(
    'limits-without-version',
    'two bookings at once pass a limit of one',
    'patient-record',
    `{ version: before.version },\n  };`,
    `{ $exists: true },\n  };`,
  ),
  inBooking(
    'ban-for-each-delivery',
    'an event that comes twice bans twice',
    'close-entry',
    `    if (entry?.state !== 'A') return { stop: undefined };`,
    `    if (entry === undefined) return { stop: undefined };`,
  ),
  inBooking(
    'charge-outlives-its-appointment',
    'somebody pays for a visit that was called off',
    'appointment-moves',
    `    charge.lock === undefined\n`,
    `    charge.lock === undefined || to !== undefined\n`,
  ),
  inBooking(
    'extra-number-twice',
    'a request that is repeated adds a second extra number under the first one’s name',
    'add-extra-number',
    `{ if: { status: 'OPEN', capacity: claim.capacity } },`,
    `{ if: { status: 'OPEN' } },`,
  ),
  inBooking(
    'moves-not-written-down',
    'a patient does not see who cancelled for them',
    'subscriptions',
    `const auditMoves: readonly Subscription[] = APPOINTMENT_STATUSES.map(`,
    `const auditMoves: readonly Subscription[] = APPOINTMENT_STATUSES.slice(0, 8).map(`,
  ),
  inBooking(
    'repeat-not-recognised',
    'a request whose answer was lost books a second time',
    'patient-record',
    `record.entries[id]?.request === request,`,
    `record.entries[id]?.request === request && record.entries[id]?.state === 'N',`,
  ),
  {
    ...inBooking(
      'move-over-a-stale-number',
      'a patient who moves takes a number that another has just taken',
      'move-number',
      `[first]: to.token, [holder]: { exists: false } } },`,
      `[holder]: { exists: false } } },`,
    ),
    isRare: true,
  },
  inBooking(
    'cancelled-clinic-without-timer',
    'a clinic’s patients are not told when the process dies that cancels it',
    'cancel-schedule',
    `      timer: { kind: TICK, at: instant(deps.clock) },\n`,
    '',
  ),
  inBooking(
    'timer-reckoned-from-an-old-state',
    'a hold that comes while the timer is set is never looked at again',
    'tick-schedule',
    `if: { status, holders: { eq: claim.holders }, free: { eq: claim.free } },`,
    `if: { status },`,
  ),
];
