import type { Json, JsonObject } from '../../../infra/local/step-functions/json.ts';
import { type Case, caught, conforms, invoke, only } from './cases.ts';
import { START } from './rig.ts';

const QUERY = 'States.QueryEvaluationError';
const end: JsonObject = { Type: 'Succeed' };

const choice = (rules: Json, more: JsonObject = {}): JsonObject => ({
  Choose: { Type: 'Choice', Choices: rules, ...more },
  Left: { Type: 'Succeed', Output: 'left' },
  Right: { Type: 'Succeed', Output: 'right' },
});
const left = (condition: Json): JsonObject => ({ Condition: condition, Next: 'Left' });
const right: JsonObject = { Default: 'Right' };

conforms('Choice', [
  {
    it: 'takes the first rule that holds',
    states: choice([left('{% $states.input.n = 1 %}'), { Condition: true, Next: 'Right' }]),
    input: { n: 1 },
    gives: 'left',
  },
  {
    it: 'goes on to later rules when the first does not hold',
    states: choice([left(false), { Condition: '{% true %}', Next: 'Right' }]),
    gives: 'right',
  },
  { it: 'takes the default when none holds', states: choice([left('{% false %}')], right), gives: 'right' },
  {
    it: 'fails with States.NoChoiceMatched without a default',
    states: choice([left(false), { Condition: false, Next: 'Right' }]),
    fails: 'States.NoChoiceMatched',
  },
  { it: 'refuses a condition that gives a number', states: choice([left('{% 1 %}')], right), fails: QUERY },
  {
    it: 'refuses a condition that gives a string',
    states: choice([left('{% "true" %}')], right),
    fails: QUERY,
  },
  {
    it: 'refuses a condition over a missing field',
    states: choice([left('{% $states.input.absent %}')], right),
    fails: QUERY,
  },
  {
    it: 'compares with a missing field as JSONata does',
    states: choice([left('{% $states.input.absent = 1 %}')], right),
    gives: 'right',
  },
  {
    it: "gives the rule's output to its target",
    states: {
      ...choice([{ ...left(true), Output: { from: 'rule' } }], right),
      Left: end,
    },
    gives: { from: 'rule' },
  },
  {
    it: "gives the state's output to the default",
    states: { ...choice([left(false)], { ...right, Output: { from: 'state' } }), Right: end },
    gives: { from: 'state' },
  },
  {
    it: "does not give the state's output to a rule's target",
    states: { ...choice([left(true)], { ...right, Output: { from: 'state' } }), Left: end },
    input: { kept: 1 },
    gives: { kept: 1 },
  },
  {
    it: 'assigns by the rule that was taken',
    states: {
      ...choice([{ ...left(true), Assign: { by: 'rule' } }], { ...right, Assign: { by: 'default' } }),
      Left: { Type: 'Succeed', Output: '{% $by %}' },
    },
    gives: 'rule',
  },
  {
    it: 'assigns by the state when the default is taken',
    states: {
      ...choice([left(false)], { ...right, Assign: { by: 'default' } }),
      Right: { Type: 'Succeed', Output: '{% $by %}' },
    },
    gives: 'default',
  },
  {
    it: 'loops back until a condition holds',
    states: {
      Count: { Type: 'Pass', Output: { n: '{% $states.input.n + 1 %}' }, Next: 'Enough' },
      Enough: {
        Type: 'Choice',
        Choices: [{ Condition: '{% $states.input.n >= 5 %}', Next: 'Done' }],
        Default: 'Count',
      },
      Done: end,
    },
    input: { n: 0 },
    gives: { n: 5 },
  },
]);

const wait = (how: JsonObject): JsonObject => only({ Type: 'Wait', ...how });

conforms('Wait', [
  { it: 'waits for seconds', states: wait({ Seconds: 60 }), seconds: 60, input: { a: 1 }, gives: { a: 1 } },
  { it: 'does not wake a second too early', states: wait({ Seconds: 60 }), seconds: 59, status: 'RUNNING' },
  { it: 'takes its seconds from an expression', states: wait({ Seconds: '{% 2 * 30 %}' }), seconds: 60 },
  { it: 'does not wait 0 seconds', states: wait({ Seconds: 0 }), seconds: 0 },
  { it: 'refuses negative seconds', states: wait({ Seconds: '{% -1 %}' }), fails: QUERY },
  { it: 'refuses fractions of a second', states: wait({ Seconds: '{% 1.5 %}' }), fails: QUERY },
  { it: 'refuses seconds in a string', states: wait({ Seconds: '{% "60" %}' }), fails: QUERY },
  { it: 'refuses more than 99999999 seconds', states: wait({ Seconds: '{% 100000000 %}' }), fails: QUERY },
  {
    it: 'waits thirty days, longer than a timer of Node',
    states: wait({ Seconds: 2_592_000 }),
    seconds: 2_592_000,
  },
  { it: 'waits 364 days', states: wait({ Seconds: 364 * 86_400 }), seconds: 364 * 86_400 },
  {
    it: 'ends with the year that an execution may last',
    states: wait({ Seconds: 99_999_999 }),
    seconds: 365 * 86_400,
    status: 'TIMED_OUT',
    fails: 'States.Timeout',
  },
  { it: 'goes on at once at a timestamp that has passed', states: wait({ Timestamp: START }), seconds: 0 },
  {
    it: 'waits until a timestamp',
    states: wait({ Timestamp: '{% $fromMillis($millis() + 5000) %}' }),
    seconds: 5,
  },
  {
    it: 'does not wake before the timestamp',
    states: wait({ Timestamp: '{% $fromMillis($millis() + 5000) %}' }),
    seconds: 4,
    status: 'RUNNING',
  },
  { it: 'knows time zones', states: wait({ Timestamp: '{% "2026-01-01T08:00:00+08:00" %}' }), seconds: 0 },
  {
    it: 'refuses a timestamp without a zone',
    states: wait({ Timestamp: '{% "2026-01-01T08:00:00" %}' }),
    fails: QUERY,
  },
  {
    it: 'refuses a zone without a colon',
    states: wait({ Timestamp: '{% "2026-01-01T08:00:00+0800" %}' }),
    fails: QUERY,
  },
  { it: 'refuses a day without a time', states: wait({ Timestamp: '{% "2026-01-01" %}' }), fails: QUERY },
  {
    it: 'refuses a day that does not exist',
    states: wait({ Timestamp: '{% "2026-13-01T00:00:00Z" %}' }),
    fails: QUERY,
  },
  { it: 'refuses a number as a timestamp', states: wait({ Timestamp: '{% 1 %}' }), fails: QUERY },
  {
    it: 'refuses a timestamp more than 99999999 seconds away',
    states: wait({ Timestamp: '{% "2999-01-01T00:00:00Z" %}' }),
    fails: QUERY,
  },
  {
    it: 'gives an output',
    states: wait({ Seconds: 1, Output: { after: '{% $states.input.n %}' } }),
    input: { n: 1 },
    gives: { after: 1 },
  },
  {
    it: 'assigns when it is over, not when it begins',
    states: {
      Wait: { Type: 'Wait', Seconds: 10, Assign: { at: '{% $millis() %}' }, Next: 'Told' },
      Told: { Type: 'Pass', Output: '{% $millis() - $at %}', End: true },
    },
    gives: 0,
  },
]);

conforms('Succeed and Fail', [
  { it: 'Succeed gives its input', states: { Done: end }, input: [1], gives: [1] },
  {
    it: 'Succeed gives an output',
    states: { Done: { ...end, Output: '{% $states.input.a %}' } },
    input: { a: 2 },
    gives: 2,
  },
  {
    it: 'Fail fails with its error and cause',
    states: { No: { Type: 'Fail', Error: 'Declined', Cause: 'full' } },
    fails: 'Declined',
    cause: /^full$/,
  },
  {
    it: 'Fail takes error and cause from expressions',
    states: { No: { Type: 'Fail', Error: '{% $states.input.e %}', Cause: '{% "c" & 1 %}' } },
    input: { e: 'E' },
    fails: 'E',
    cause: /^c1$/,
  },
  { it: 'Fail needs neither', states: { No: { Type: 'Fail' } }, status: 'FAILED' },
  {
    it: 'Fail refuses an error that is no text',
    states: { No: { Type: 'Fail', Error: '{% 1 %}' } },
    fails: QUERY,
  },
  { it: 'End ends a machine at any state', states: only({ Type: 'Wait', Seconds: 1 }), gives: {} },
  {
    it: 'TimeoutSeconds of the machine ends it',
    machine: { TimeoutSeconds: 10 },
    states: wait({ Seconds: 11 }),
    status: 'TIMED_OUT',
    fails: 'States.Timeout',
  },
  {
    it: 'TimeoutSeconds of the machine leaves a shorter run alone',
    machine: { TimeoutSeconds: 10 },
    states: wait({ Seconds: 9 }),
  },
  {
    it: 'an endless loop ends at 25,000 events',
    states: { Round: { Type: 'Pass', Next: 'Again' }, Again: { Type: 'Pass', Next: 'Round' } },
    fails: 'States.Runtime',
    cause: /25000/,
  },
]);

const assign = (values: JsonObject, then: Json): JsonObject => ({
  Set: { Type: 'Pass', Assign: values, Next: 'Get' },
  Get: { Type: 'Pass', Output: then, End: true },
});
const inner = (states: JsonObject): JsonObject => ({ StartAt: Object.keys(states)[0] ?? '', States: states });

const variables: readonly Case[] = [
  { it: 'a variable is there for later states', states: assign({ a: 1 }, '{% $a %}'), gives: 1 },
  { it: 'a variable holds any JSON', states: assign({ a: { b: [null] } }, '{% $a %}'), gives: { b: [null] } },
  {
    it: 'assigning does not change the output',
    states: assign({ a: 1 }, '{% $states.input %}'),
    input: { i: 1 },
    gives: { i: 1 },
  },
  {
    it: 'assignments see the values from before',
    states: {
      One: { Type: 'Pass', Assign: { a: 1, b: 2 }, Next: 'Swap' },
      Swap: { Type: 'Pass', Assign: { a: '{% $b %}', b: '{% $a %}' }, Next: 'Get' },
      Get: { Type: 'Pass', Output: '{% [$a, $b] %}', End: true },
    },
    gives: [2, 1],
  },
  {
    it: 'output sees the values from before its own assignment',
    states: {
      One: { Type: 'Pass', Assign: { a: 1 }, Next: 'Two' },
      Two: { Type: 'Pass', Assign: { a: 2 }, Output: '{% $a %}', End: true },
    },
    gives: 1,
  },
  {
    it: 'an object that is assigned replaces the one before',
    states: {
      One: { Type: 'Pass', Assign: { a: { x: 1 } }, Next: 'Two' },
      Two: { Type: 'Pass', Assign: { a: { y: 2 } }, Next: 'Get' },
      Get: { Type: 'Pass', Output: '{% $a %}', End: true },
    },
    gives: { y: 2 },
  },
  {
    it: 'a branch sees the variables around it',
    states: {
      Set: { Type: 'Pass', Assign: { a: 1 }, Next: 'Both' },
      Both: {
        Type: 'Parallel',
        Branches: [inner({ B: { Type: 'Pass', Output: '{% $a %}', End: true } })],
        End: true,
      },
    },
    gives: [1],
  },
  {
    it: 'a variable of a branch ends with it',
    states: {
      Both: {
        Type: 'Parallel',
        Branches: [inner({ B: { Type: 'Pass', Assign: { hidden: 1 }, End: true } })],
        Next: 'Get',
      },
      Get: { Type: 'Pass', Output: '{% $exists($hidden) %}', End: true },
    },
    gives: false,
  },
  {
    it: 'iterations do not see the variables of each other',
    states: only({
      Type: 'Map',
      Items: [1, 2],
      MaxConcurrency: 1,
      ItemProcessor: inner({
        See: { Type: 'Pass', Output: '{% $exists($mine) %}', Assign: { mine: 1 }, End: true },
      }),
    }),
    gives: [false, false],
  },
  {
    it: 'Parallel assigns from its result',
    states: {
      Both: {
        Type: 'Parallel',
        Branches: [inner({ B: { Type: 'Pass', Output: 7, End: true } })],
        Assign: { seven: '{% $states.result[0] %}' },
        Next: 'Get',
      },
      Get: { Type: 'Pass', Output: '{% $seven %}', End: true },
    },
    gives: 7,
  },
  {
    it: 'a variable assigned nothing is an error',
    states: assign({ a: '{% $states.input.no %}' }, 1),
    fails: QUERY,
  },
  { it: 'a variable may have a Chinese name', states: assign({ 结论: 1 }, '{% $结论 %}'), gives: 1 },
];
conforms('variables', variables);

const branch = (output: Json): JsonObject => inner({ B: { Type: 'Pass', Output: output, End: true } });
const both = (more: JsonObject, ...branches: readonly JsonObject[]): JsonObject => ({
  Type: 'Parallel',
  Branches: branches,
  ...more,
});
const failing = inner({ F: { Type: 'Fail', Error: 'Broken', Cause: 'inside' } });
const slow = inner({ W: { Type: 'Wait', Seconds: 1000, End: true } });

conforms('Parallel', [
  {
    it: 'gives the outputs of its branches in their order',
    states: only(both({}, branch(1), branch(2), branch(3))),
    gives: [1, 2, 3],
  },
  {
    it: 'gives each branch its input',
    states: only(both({}, branch('{% $states.input.n %}'), branch('{% $states.input.n * 2 %}'))),
    input: { n: 2 },
    gives: [2, 4],
  },
  {
    it: 'gives each branch its arguments instead',
    states: only(both({ Arguments: { n: 5 } }, branch('{% $states.input.n %}'))),
    gives: [5],
  },
  {
    it: 'waits for its slowest branch',
    states: only(both({}, branch(1), slow)),
    seconds: 999,
    status: 'RUNNING',
  },
  {
    it: 'keeps the order of branches that end out of order',
    states: only(
      both({}, inner({ W: { Type: 'Wait', Seconds: 9, Output: 'slow', End: true } }), branch('fast')),
    ),
    gives: ['slow', 'fast'],
  },
  {
    it: 'gives an output made of the result',
    states: only(both({ Output: '{% $sum($states.result) %}' }, branch(1), branch(2))),
    gives: 3,
  },
  {
    it: 'fails as its branch fails',
    states: only(both({}, failing, slow)),
    seconds: 0,
    fails: 'Broken',
    cause: /^inside$/,
  },
  {
    it: 'catches the error of a branch',
    states: caught(['Broken'], both({}, failing, slow)),
    seconds: 0,
    gives: { Error: 'Broken', Cause: 'inside' },
  },
  {
    it: 'stops the other branches when one fails',
    states: caught(
      ['States.ALL'],
      both(
        {},
        failing,
        inner({ W: { Type: 'Wait', Seconds: 5, Next: 'F' }, F: { Type: 'Fail', Error: 'Later' } }),
      ),
    ),
    gives: { Error: 'Broken', Cause: 'inside' },
  },
  {
    it: 'tries again as a whole',
    states: {
      Only: {
        ...both(
          {
            Retry: [{ ErrorEquals: ['Broken'], MaxAttempts: 2 }],
            Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Told' }],
          },
          failing,
        ),
        End: true,
      },
      Told: { Type: 'Pass', Output: '{% $states.input.Error %}', End: true },
    },
    gives: 'Broken',
  },
  {
    it: 'nests',
    states: only(both({}, inner({ P: { ...both({}, branch(1), branch(2)), End: true } }), branch(3))),
    gives: [[1, 2], 3],
  },
  {
    it: 'may hold eleven branches, whose order is by number',
    states: only(both({}, ...Array.from({ length: 11 }, (_, index) => branch(index)))),
    gives: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  },
  {
    it: 'a Succeed ends its branch only',
    states: only(both({}, inner({ S: { Type: 'Succeed', Output: 'early' } }), branch(2))),
    gives: ['early', 2],
  },
  {
    it: 'catches NoChoiceMatched of a branch',
    states: caught(
      ['States.NoChoiceMatched'],
      both({}, inner({ C: { Type: 'Choice', Choices: [{ Condition: false, Next: 'D' }] }, D: end })),
    ),
  },
  {
    it: 'does not catch States.Runtime of a branch',
    states: caught(
      ['States.ALL'],
      both({}, inner({ T: { ...invoke('x', { Arguments: '{% {} %}' }), End: true } })),
    ),
    fails: 'States.Runtime',
  },
]);

const map = (
  more: JsonObject,
  state: JsonObject = { Type: 'Pass', Output: '{% $states.input * 10 %}' },
): JsonObject => ({
  Type: 'Map',
  ItemProcessor: inner({ Each: { ...state, End: true } }),
  ...more,
});

conforms('Map', [
  { it: 'goes over its input', states: only(map({})), input: [1, 2, 3], gives: [10, 20, 30] },
  {
    it: 'goes over Items',
    states: only(map({ Items: '{% $states.input.list %}' })),
    input: { list: [4] },
    gives: [40],
  },
  {
    it: 'goes over literal Items with expressions in them',
    states: only(map({ Items: [1, '{% 1 + 1 %}'] })),
    gives: [10, 20],
  },
  { it: 'gives nothing for nothing', states: only(map({})), input: [], gives: [] },
  { it: 'refuses to go over an object', states: only(map({})), input: { a: 1 }, fails: QUERY },
  { it: 'refuses to go over a number', states: only(map({ Items: '{% 1 %}' })), fails: QUERY },
  {
    it: 'selects what an iteration gets',
    states: only(
      map(
        {
          ItemSelector: {
            v: '{% $states.context.Map.Item.Value %}',
            i: '{% $states.context.Map.Item.Index %}',
            all: '{% $count($states.input) %}',
          },
        },
        { Type: 'Pass' },
      ),
    ),
    input: ['a', 'b'],
    gives: [
      { v: 'a', i: 0, all: 2 },
      { v: 'b', i: 1, all: 2 },
    ],
  },
  {
    it: 'tells an iteration its index',
    states: only(map({}, { Type: 'Pass', Output: '{% $states.context.Map.Item.Index %}' })),
    input: ['a', 'b'],
    gives: [0, 1],
  },
  {
    it: 'runs one at a time when told to',
    states: only(map({ MaxConcurrency: 1 }, { Type: 'Wait', Seconds: 10 })),
    input: [1, 2, 3],
    seconds: 29,
    status: 'RUNNING',
  },
  {
    it: 'ends one-at-a-time after the sum of all',
    states: only(map({ MaxConcurrency: 1 }, { Type: 'Wait', Seconds: 10 })),
    input: [1, 2, 3],
    seconds: 30,
    gives: [1, 2, 3],
  },
  {
    it: 'runs all at once otherwise',
    states: only(map({}, { Type: 'Wait', Seconds: 10 })),
    input: [1, 2, 3],
    seconds: 10,
  },
  {
    it: 'runs 40 at once at most',
    states: only(map({}, { Type: 'Wait', Seconds: 10 })),
    input: Array.from({ length: 41 }, (_, index) => index),
    seconds: 19,
    status: 'RUNNING',
  },
  {
    it: 'takes its concurrency from an expression',
    states: only(map({ MaxConcurrency: '{% 2 %}' }, { Type: 'Wait', Seconds: 10 })),
    input: [1, 2, 3],
    seconds: 20,
  },
  {
    it: 'refuses a negative concurrency',
    states: only(map({ MaxConcurrency: '{% -1 %}' })),
    input: [1],
    fails: QUERY,
  },
  {
    it: 'fails as an iteration fails',
    states: only(map({}, { Type: 'Pass', Output: '{% $states.input.absent %}' })),
    input: [1, 2],
    fails: QUERY,
  },
  {
    it: 'catches the error of an iteration',
    states: caught(
      [QUERY],
      map({ MaxConcurrency: 1 }, { Type: 'Pass', Output: '{% 1/$states.input.absent %}' }),
    ),
    input: [1, 2],
  },
  {
    it: 'nests, and the inner item is the one seen',
    states: only(map({}, map({}, { Type: 'Pass', Output: '{% $states.context.Map.Item.Index %}' }))),
    input: [['a', 'b'], ['c']],
    gives: [[0, 1], [0]],
  },
  {
    it: 'gives an output made of the result',
    states: only(map({ Output: { n: '{% $count($states.result) %}' } })),
    input: [1, 2],
    gives: { n: 2 },
  },
  {
    it: 'keeps the order of more than ten iterations',
    states: only(map({ MaxConcurrency: 3 })),
    input: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
    gives: [10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120],
  },
]);
