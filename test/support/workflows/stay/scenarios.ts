import { strict as assert } from 'node:assert';
import type { Scenario } from '../scenario.ts';
import { fails } from '../task-script.ts';

const input = { stayId: 'S1', nurseSeconds: 3600 };
const bed = { bedId: 'B7' };

/** All that the machine can do, a scenario each: also the example for those who write others. */
export const scenarios: readonly Scenario[] = [
  {
    it: 'admits whom the nurse accepts',
    happy: true,
    async play(play) {
      play.on('reserve-bed', bed);
      await play.start(input);
      assert.deepEqual(play.calls.at(-1), { task: 'ask-nurse', input: { stayId: 'S1' } });
      await play.pass('PT59M');
      await play.succeed('ask-nurse', { accepted: true });
      assert.equal((await play.state()).status, 'SUCCEEDED');
      assert.deepEqual(
        play.calls.map(({ task }) => task),
        ['reserve-bed', 'ask-nurse'],
      );
    },
  },
  {
    it: 'gives the bed back when the nurse declines',
    async play(play) {
      play.on('reserve-bed', bed);
      play.on('release-bed', {});
      await play.start(input);
      await play.succeed('ask-nurse', { accepted: false });
      assert.deepEqual(play.calls.at(-1), { task: 'release-bed', input: bed });
    },
  },
  {
    it: 'gives the bed back when nobody answers in time',
    async play(play) {
      play.on('reserve-bed', bed);
      play.on('release-bed', {});
      await play.start(input);
      await play.pass('PT1H');
      assert.deepEqual(play.calls.at(-1), { task: 'release-bed', input: bed });
      await assert.rejects(play.succeed('ask-nurse', { accepted: true }), { type: 'TaskTimedOut' });
    },
  },
  {
    it: 'gives the bed back when the stay is withdrawn',
    async play(play) {
      play.on('reserve-bed', bed);
      play.on('release-bed', {});
      await play.start(input);
      await play.fail('ask-nurse', 'STAY_WITHDRAWN');
      assert.deepEqual(play.calls.at(-1), { task: 'release-bed', input: bed });
    },
  },
  {
    it: 'asks a busy ward again, and ends when it has no bed',
    async play(play) {
      play.on('reserve-bed', fails('WARD_BUSY'), fails('NO_BED'));
      await play.start(input);
      await play.pass('PT1M');
      assert.equal((await play.state()).status, 'SUCCEEDED');
      assert.equal(play.calls.length, 2);
    },
  },
];
