import { expect, it } from 'vitest';
import { machines } from '../../infra/machines.ts';
import { reportOf, scenariosOf } from '../support/workflows/scenario.ts';
import { STORIES, TRANSITIONS } from './rows/stories.ts';
import { fourFollowUps, oneMessage, oneReferral, oneReport, oneSigning } from './stories/care.ts';
import type { Story } from './stories/story.ts';
import { oneBooking, onePayment } from './stories/visits.ts';

const TOLD: Readonly<Record<keyof typeof STORIES, () => Promise<Story>>> = {
  booking: oneBooking,
  payment: onePayment,
  referral: oneReferral,
  signing: oneSigning,
  fourFollowUps,
  report: oneReport,
  message: oneMessage,
};

it.each(Object.entries(TOLD))('%s comes to what its row says', async (name, tell) => {
  expect(await tell()).toEqual(STORIES[name as keyof typeof STORIES]);
});

it('a happy path costs as many transitions as is said', async () => {
  const billed = await Promise.all(
    machines.map(async (machine) => [
      machine.name,
      (await reportOf(machine, await scenariosOf(machine))).billed,
    ]),
  );
  expect(Object.fromEntries(billed)).toEqual(TRANSITIONS);
});
