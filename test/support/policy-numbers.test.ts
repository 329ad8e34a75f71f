import { expect, it } from 'vitest';
import { type Boundary, neighboursOf, numbersOf, unproven, unsourced } from './policy-numbers.ts';

const policy = {
  mostDays: 14,
  quiet: { from: '21:30' },
  visits: [{ template: 'HOME', until: 'P1M7D', source: '一月内' }],
};
type Policy = typeof policy;

const days: Boundary<Policy> = {
  number: 'mostDays',
  says: '十四天',
  look: ({ mostDays }) => [14 <= mostDays, 15 <= mostDays],
  sides: [true, false],
};
const others: Boundary<Policy> = {
  number: /^(quiet|visits)\./,
  says: '一月',
  look: ({ quiet, visits }) => [quiet.from, visits[0]?.until],
  sides: ['21:30', 'P1M7D'],
};

it('finds numbers, times and durations, by name and with the nearest source', () => {
  expect(numbersOf(policy).map(({ path, value, source }) => [path, value, source])).toEqual([
    ['mostDays', 14, undefined],
    ['quiet.from', '21:30', undefined],
    ['visits.HOME.until', 'P1M7D', '一月内'],
  ]);
});

it.each([
  [14, [13, 15]],
  [0.0555, [0.0554, 0.0556]],
  ['21:30', ['21:29', '21:31']],
  ['23:59', ['23:58', '00:00']],
  ['P1M7D', ['P1M6D', 'P1M8D']],
  ['P0D', ['P1D']],
])('%s has the neighbours %j', (value, neighbours) => {
  expect(neighboursOf(value)).toEqual(neighbours);
});

it('is content with a row on both sides of every number', async () => {
  expect(await unproven(policy, [days, others])).toEqual([]);
});

it('names a number without a row, and one that is looked at from one side only', async () => {
  const oneSide: Boundary<Policy> = { ...days, look: ({ mostDays }) => 14 <= mostDays, sides: true };
  expect(await unproven(policy, [oneSide])).toEqual([
    'mostDays could be 15',
    'quiet.from has no row',
    'visits.HOME.until has no row',
  ]);
});

it('names a number that no source speaks of, or only without a mark', () => {
  const sourced = (source: string) => unsourced({ source, values: policy }, [days, others]);
  expect(sourced('最多十四天为建议值[D]；一月[D]')).toEqual([]);
  expect(sourced('最多十四天为建议值；一月[D]')).toEqual(['mostDays']);
  expect(sourced('十四天[D]')).toEqual(['quiet.from']);
});
