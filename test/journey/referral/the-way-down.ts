import { type County, TOWN } from './county.ts';
import { sentDown } from './states.ts';
import { strangersAreRefused } from './strangers.ts';

/** From the ward to the first visit at home. */
export async function theWayDown(county: County): Promise<void> {
  const { city, step, zhang: who, take } = county;
  const id = await step('the ward sends 张卫国 home with his plan', () => sentDown(county, who));
  await step('another town neither accepts nor declines him', () =>
    strangersAreRefused(county, { who, id, here: TOWN }),
  );
  await step('the town accepts', async () => {
    const body = { decision: 'ACCEPT' };
    await take({ by: 'zhongtou-doctor', where: TOWN, who, id, verb: 'community-decision', body });
    await county.expect(who, id, 'FIRST_VISIT');
  });
  await step('another town does not write down the first visit', () =>
    strangersAreRefused(county, { who, id, here: TOWN }),
  );
  await step('a week later the town’s doctor sees him: that closes it', async () => {
    await city.clock.advance('P7D');
    const body = { on: await county.today(), findings: '血糖平稳' };
    await take({ by: 'zhongtou-doctor', where: TOWN, who, id, verb: 'first-visit', body });
    await county.expect(who, id, 'COMPLETED');
  });
}
