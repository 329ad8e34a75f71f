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

it.each(contexts)('$name: a request costs what its row says', async ({ name }) => {
  const meter = new Meter();
  await WALKS[name]?.(meter);
  const found = [...meter.routes].filter(([row]) => !/^\w+ \//.test(row) || row.includes(` /${name}/`));
  expect(Object.fromEntries(found)).toEqual(ROWS[name]);
});

it.each(contexts)('$name has no route without a row, and no row without a route', ({ name, routes }) => {
  const rows = Object.keys(ROWS[name] ?? {}).filter((row) => row.includes(` /${name}/`));
  expect(rows.toSorted()).toEqual(routes.map(({ method, path }) => `${method} ${path}`).toSorted());
});
