import { CHARGE_LOCK_PREFIX } from '../../shared/charges/charge-lock.ts';
import { defineContext } from '../../shared/define-context.ts';
import { deskRoutes, publicRoutes } from './desk-routes.ts';
import { bookingErrors } from './errors.ts';
import { generateSchedules } from './generate-schedules.ts';
import { TICK } from './hold-number.ts';
import { patientRoutes } from './patient-routes.ts';
import { releaseNumber } from './release-reservation.ts';
import { reserveNumber } from './reserve-for-referral.ts';
import { scheduleOfClaim } from './store.ts';
import { subscriptions } from './subscriptions.ts';
import { tickSchedule } from './tick-schedule.ts';

export const booking = defineContext({
  name: 'booking',
  errors: bookingErrors,
  routes: [...publicRoutes, ...patientRoutes, ...deskRoutes],
  tasks: { 'reserve-number': reserveNumber, 'release-number': releaseNumber },
  subscriptions,
  timers: { [TICK]: (deps, { key }) => tickSchedule(deps, scheduleOfClaim(key)) },
  schedules: [
    {
      name: 'generate-schedules',
      dailyAt: '00:30',
      handle: async (deps) => {
        await generateSchedules(deps);
      },
    },
  ],
  grants: [
    { prefix: 'relation#', access: 'read' },
    { prefix: 'institution#', access: 'read' },
    { prefix: 'session#', access: 'read' },
    { prefix: 'patient#', access: 'read' },
    { prefix: 'keys#patient', access: 'read' },
    { prefix: 'audit#', access: 'write' },
    { prefix: CHARGE_LOCK_PREFIX, access: 'read' },
    { prefix: CHARGE_LOCK_PREFIX, access: 'write' },
  ],
});
