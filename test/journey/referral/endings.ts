import { type County, homePath, nothingIsHeld } from './county.ts';
import { STATES } from './states.ts';

/** The resident steps back, in each state there is. */
export async function everyWithdrawal(county: County): Promise<void> {
  const { step, wang } = county;
  for (const [state, bring] of Object.entries(STATES)) {
    await step(`王桂芳 withdraws in the state ${state}: nothing stays reserved`, async () => {
      const id = await bring(county, wang);
      await wang.send('POST', homePath(wang, id, 'withdrawal'), { reason: '不去了' });
      await county.holdEvents(false);
      await nothingIsHeld(wang, await county.expect(wang, id, 'WITHDRAWN'));
    });
  }
}

/** Each wait of the machine, how long it lasts by the county's policy, and what its end brings. */
const WAITS = [
  ['GATE_REVIEW', 'PT4H', 'EXPIRED'],
  ['RETURNED', 'PT72H', 'EXPIRED'],
  ['OFFERED', 'PT24H', 'EXPIRED'],
  ['OFFERED down', 'PT48H', 'EXPIRED'],
  ['RESERVED', 'PT25H', 'EXPIRED'],
  ['CONFIRMED', 'P5D', 'NO_SHOW'],
  ['CONFIRMED for a bed', 'P3D', 'NO_SHOW'],
  ['FIRST_VISIT', 'P14D', 'EXPIRED'],
] as const;

/** Nobody does anything. (Treatment may take ninety days: the-year.ts.) */
export async function everyWaitEnds(county: County): Promise<void> {
  const { city, step, zhang } = county;
  for (const [state, wait, ending] of WAITS) {
    await step(`nobody does anything in the state ${state}: it ends as ${ending}`, async () => {
      const id = await STATES[state](county, zhang);
      await city.clock.advance(wait);
      await nothingIsHeld(zhang, await county.expect(zhang, id, ending));
    });
  }
  await step(
    'a return visit whose number is never sought, for no event comes through, ends as EXPIRED',
    async () => {
      const id = await STATES.BETWEEN_VISITS(county, zhang);
      await county.holdEvents(true);
      await city.clock.advance('P4D');
      await county.holdEvents(false);
      await nothingIsHeld(zhang, await county.expect(zhang, id, 'EXPIRED'));
    },
  );
}
