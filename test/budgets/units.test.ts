import { expect, it } from 'vitest';
import { contexts } from '../../infra/contexts.ts';
import { Meter } from '../support/meter.ts';
import { ROWS } from './rows.ts';
import { walkBooking } from './walks/booking.ts';
import { walkDirectory } from './walks/directory.ts';
import { walkFollowup } from './walks/followup.ts';
import { walkIdentity } from './walks/identity.ts';
import { walkNotification } from './walks/notification.ts';
import { walkPayment } from './walks/payment.ts';
import { walkReferral } from './walks/referral.ts';
import { walkReport } from './walks/report.ts';
import { walkSigning } from './walks/signing.ts';

const WALKS: Readonly<Record<string, (meter: Meter) => Promise<void>>> = {
  identity: walkIdentity,
  directory: walkDirectory,
  booking: walkBooking,
  payment: walkPayment,
  referral: walkReferral,
  signing: walkSigning,
  followup: walkFollowup,
  report: walkReport,
  notification: walkNotification,
};

/** Where a walk shows something else of the trail than the route declares, each with the reason why that is right. */
const TRAIL: Readonly<Record<string, string>> = {
  'PUT /identity/account/phone': 'nobody of the walk is a patient yet',
  'GET /booking/institutions/{institutionId}/schedules/{scheduleId}/appointments': 'nobody has booked yet',
  'POST /referral/institutions/{institutionId}/patients/{patientId}/emergencies':
    'that nobody approved it is an entry of its own, besides the event’s',
  'GET /signing/institutions/{institutionId}/divisions/{divisionCode}/must-cover': 'nobody is missing',
  'GET /report/institutions/{institutionId}/patients/{patientId}/trends/{code}': 'there is no trend to show',
  'POST /report/institutions/{institutionId}/patients/{patientId}/examination-orders':
    'the result that it looks at is read, besides the order’s event',
};

it.each(contexts)(
  '$name: a request costs what its row says, and is in the trail where its route says so',
  async ({ name, routes }) => {
    const meter = new Meter();
    await WALKS[name]?.(meter);
    for (const { method, path, audit } of routes) {
      const route = `${method} ${path}`;
      const writes = audit !== undefined && audit !== 'by-event';
      expect.soft(meter.trailed.has(route) === writes, `${route} and the trail`).toBe(!(route in TRAIL));
    }
    const found = [...meter.routes].filter(([row]) => !/^\w+ \//.test(row) || row.includes(` /${name}/`));
    expect(Object.fromEntries(found)).toEqual(ROWS[name]);
  },
);

it.each(contexts)('$name has no route without a row, and no row without a route', ({ name, routes }) => {
  const rows = Object.keys(ROWS[name] ?? {}).filter((row) => row.includes(` /${name}/`));
  expect(rows.toSorted()).toEqual(routes.map(({ method, path }) => `${method} ${path}`).toSorted());
});
