import type { Journey } from './journey.ts';
import { openCounty } from './referral/county.ts';
import { everyWaitEnds, everyWithdrawal } from './referral/endings.ts';
import { otherWays } from './referral/other-ways.ts';
import { theWayDown } from './referral/the-way-down.ts';
import { theWayUp } from './referral/the-way-up.ts';
import { theYear } from './referral/the-year.ts';

/** 郏县 refers: up with a number that is paid for, passed on, sent back, withdrawn, missed, for a year, and down again. */
export async function journey(journey: Journey): Promise<void> {
  const county = await openCounty(journey);
  await theWayUp(county);
  await theWayDown(county);
  await everyWithdrawal(county);
  await everyWaitEnds(county);
  await otherWays(county);
  await theYear(county);
}
