import { expect, test } from 'vitest';
import { definitionFrom } from '../../../infra/local/step-functions/check-definition.ts';
import type { Json, JsonObject } from '../../../infra/local/step-functions/json.ts';
import { lint } from '../../../infra/local/step-functions/lint.ts';
import { invoke, only } from './cases.ts';

const machine = (states: JsonObject, more: JsonObject = {}): string =>
  JSON.stringify({ QueryLanguage: 'JSONata', StartAt: Object.keys(states)[0], ...more, States: states });
const end: JsonObject = { Type: 'Succeed' };
const task = (more: JsonObject): JsonObject => only(invoke('echo', more));
const retry = (...rules: readonly JsonObject[]): JsonObject => task({ Retry: rules });
const inner = (state: JsonObject): JsonObject => ({ StartAt: 'In', States: { In: state } });

/** What the definition holds, where the refusal points, and what it says. */
const refused: readonly (readonly [string, string, string])[] = [
  ['text that is no JSON', '{', 'INVALID_JSON'],
  ['no query language', JSON.stringify({ StartAt: 'A', States: { A: end } }), '/QueryLanguage'],
  ['JSONPath as query language', machine({ A: end }, { QueryLanguage: 'JSONPath' }), '/QueryLanguage'],
  ['JSONPath in one state', machine({ A: { ...end, QueryLanguage: 'JSONPath' } }), '/States/A/QueryLanguage'],
  ['no states', JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'A' }), '/States'],
  ['a start that is not there', machine({ A: end }, { StartAt: 'B' }), '/StartAt'],
  ['a state of an unknown type', machine({ A: { Type: 'Sleep' } }), '/States/A/Type'],
  ['a transition to nowhere', machine({ A: { Type: 'Pass', Next: 'B' } }), '/States/A/Next'],
  [
    'neither Next nor End',
    machine({ A: { Type: 'Pass' } }),
    'exactly one of Next and End is needed at /States/A',
  ],
  ['both Next and End', machine({ A: { Type: 'Pass', Next: 'B', End: true }, B: end }), '/States/A'],
  ['a state that cannot be reached', machine({ A: end, B: end }), 'cannot be reached at /States/B'],
  ['Parameters of JSONPath', machine(only({ Type: 'Pass', Parameters: {} })), '/States/Only/Parameters'],
  ['InputPath of JSONPath', machine(only({ Type: 'Pass', InputPath: '$' })), '/States/Only/InputPath'],
  ['ResultPath of JSONPath', machine(task({ ResultPath: '$.x' })), '/States/Only/ResultPath'],
  ['Result of JSONPath', machine(only({ Type: 'Pass', Result: 1 })), '/States/Only/Result'],
  [
    'SecondsPath of JSONPath',
    machine(only({ Type: 'Wait', SecondsPath: '$.x' })),
    '/States/Only/SecondsPath',
  ],
  [
    'a comparison of JSONPath',
    machine({ A: { Type: 'Choice', Choices: [{ Variable: '$.x', StringEquals: 'a', Next: 'B' }] }, B: end }),
    '/States/A/Choices/0',
  ],
  ['a field that nobody knows', machine({ A: { ...end, Colour: 'red' } }), '/States/A/Colour'],
  ['a field at the top that nobody knows', machine({ A: end }, { Colour: 'red' }), '/Colour'],
  [
    'a resource that is not supported',
    machine(task({ Resource: 'arn:aws:states:::sqs:sendMessage' })),
    '/States/Only/Resource',
  ],
  [
    'a function as resource',
    machine(task({ Resource: 'arn:aws:lambda:cn-north-1:1:function:f' })),
    '/States/Only/Resource',
  ],
  ['an HTTP task', machine(task({ Resource: 'arn:aws:states:::http:invoke' })), '/States/Only/Resource'],
  [
    'an activity',
    machine(task({ Resource: 'arn:aws:states:cn-north-1:1:activity:a' })),
    '/States/Only/Resource',
  ],
  [
    'a nested execution that is not waited for',
    machine(task({ Resource: 'arn:aws:states:::states:startExecution' })),
    '/States/Only/Resource',
  ],
  ['a task without its function', machine(task({ Arguments: { Payload: 1 } })), '/States/Only/Arguments'],
  [
    'an argument that nobody knows',
    machine(task({ Arguments: { FunctionName: 'f', Colour: 1 } })),
    'no field Colour',
  ],
  [
    'a task that does not wait for its function',
    machine(task({ Arguments: { FunctionName: 'f', InvocationType: 'Event' } })),
    'InvocationType',
  ],
  ['arguments that are a list', machine(task({ Arguments: [] })), '/States/Only/Arguments'],
  ['a timeout of 0', machine(task({ TimeoutSeconds: 0 })), '/States/Only/TimeoutSeconds'],
  ['a timeout in fractions', machine(task({ TimeoutSeconds: 1.5 })), '/States/Only/TimeoutSeconds'],
  [
    'a timeout over 99999999 s',
    machine(task({ TimeoutSeconds: 100_000_000 })),
    '/States/Only/TimeoutSeconds',
  ],
  ['a wait of negative seconds', machine(only({ Type: 'Wait', Seconds: -1 })), '/States/Only/Seconds'],
  ['a wait over 99999999 s', machine(only({ Type: 'Wait', Seconds: 100_000_000 })), '/States/Only/Seconds'],
  [
    'a wait until a time without a zone',
    machine(only({ Type: 'Wait', Timestamp: '2027-01-01T00:00:00' })),
    'RFC 3339',
  ],
  ['a wait for nothing', machine(only({ Type: 'Wait' })), 'exactly one of Seconds and Timestamp'],
  [
    'a wait for two things',
    machine(only({ Type: 'Wait', Seconds: 1, Timestamp: '2027-01-01T00:00:00Z' })),
    '/States/Only',
  ],
  [
    'an empty list of choices',
    machine({ A: { Type: 'Choice', Choices: [], Default: 'B' }, B: end }),
    '/States/A/Choices',
  ],
  [
    'a condition that is text',
    machine({ A: { Type: 'Choice', Choices: [{ Condition: 'true', Next: 'B' }] }, B: end }),
    '/States/A/Choices/0/Condition',
  ],
  [
    'a rule to nowhere',
    machine({ A: { Type: 'Choice', Choices: [{ Condition: true, Next: 'C' }] } }),
    '/States/A/Choices/0/Next',
  ],
  [
    'a default to nowhere',
    machine({ A: { Type: 'Choice', Choices: [{ Condition: true, Next: 'B' }], Default: 'C' }, B: end }),
    '/States/A/Default',
  ],
  [
    'a catcher to nowhere',
    machine(task({ Catch: [{ ErrorEquals: ['A'], Next: 'C' }] })),
    '/States/Only/Catch/0/Next',
  ],
  [
    'States.ALL among others in Retry',
    machine(retry({ ErrorEquals: ['States.ALL', 'A'] })),
    '/States/Only/Retry/0/ErrorEquals',
  ],
  [
    'States.ALL before others in Retry',
    machine(retry({ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['A'] })),
    'stands last at /States/Only/Retry/0',
  ],
  [
    'States.ALL among others in Catch',
    machine({ ...task({ Catch: [{ ErrorEquals: ['A', 'States.ALL'], Next: 'B' }] }), B: end }),
    'stands alone at /States/Only/Catch/0',
  ],
  [
    'States.ALL before others in Catch',
    machine({
      ...task({
        Catch: [
          { ErrorEquals: ['States.ALL'], Next: 'B' },
          { ErrorEquals: ['A'], Next: 'B' },
        ],
      }),
      B: end,
    }),
    '/States/Only/Catch/0',
  ],
  ['no error names', machine(retry({ ErrorEquals: [] })), '/States/Only/Retry/0/ErrorEquals'],
  ['an interval of 0', machine(retry({ ErrorEquals: ['A'], IntervalSeconds: 0 })), 'Retry/0/IntervalSeconds'],
  ['a rate below 1', machine(retry({ ErrorEquals: ['A'], BackoffRate: 0.5 })), 'Retry/0/BackoffRate'],
  ['negative attempts', machine(retry({ ErrorEquals: ['A'], MaxAttempts: -1 })), 'Retry/0/MaxAttempts'],
  [
    'an unknown jitter',
    machine(retry({ ErrorEquals: ['A'], JitterStrategy: 'HALF' })),
    'Retry/0/JitterStrategy',
  ],
  [
    'a greatest delay below the interval',
    machine(retry({ ErrorEquals: ['A'], IntervalSeconds: 10, MaxDelaySeconds: 5 })),
    'Retry/0/MaxDelaySeconds',
  ],
  [
    'a greatest delay equal to the interval',
    machine(retry({ ErrorEquals: ['A'], MaxDelaySeconds: 1 })),
    'Retry/0/MaxDelaySeconds',
  ],
  ['no branches', machine(only({ Type: 'Parallel', Branches: [] })), '/States/Only/Branches'],
  [
    'a fault deep in a branch',
    machine(only({ Type: 'Parallel', Branches: [inner({ Type: 'Pass', Next: 'Out' })] })),
    '/States/Only/Branches/0/States/In/Next',
  ],
  [
    'a branch that leads out of itself',
    machine({
      Only: { Type: 'Parallel', Branches: [inner({ Type: 'Pass', Next: 'Out' })], Next: 'Out' },
      Out: end,
    }),
    'no state Out',
  ],
  [
    'a fault deep in an iteration',
    machine(only({ Type: 'Map', ItemProcessor: inner({ Type: 'Pass', Input: 1, End: true }) })),
    '/States/Only/ItemProcessor/States/In/Input',
  ],
  [
    'a distributed Map',
    machine(
      only({
        Type: 'Map',
        ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, ...inner(end) },
      }),
    ),
    'ProcessorConfig',
  ],
  [
    'the old Iterator of a Map',
    machine(only({ Type: 'Map', Iterator: inner(end) })),
    '/States/Only/Iterator',
  ],
  [
    'an expression that is not JSONata',
    machine(only({ Type: 'Pass', Output: '{% 1 + %}' })),
    '/States/Only/Output',
  ],
  [
    'an expression in later syntax of JSONata',
    machine(only({ Type: 'Pass', Output: '{% $states.input.a ?? 1 %}' })),
    '/States/Only/Output',
  ],
  ['an empty expression', machine(only({ Type: 'Pass', Output: '{%  %}' })), 'empty'],
  [
    'an expression that is not closed',
    machine(only({ Type: 'Pass', Output: { a: ['{% 1'] } })),
    '/States/Only/Output/a/0',
  ],
  ['text before an expression', machine(only({ Type: 'Pass', Output: 'n: {% 1 %}' })), '/States/Only/Output'],
  ['$eval', machine(only({ Type: 'Pass', Output: '{% $eval("1") %}' })), '$eval'],
  ['a variable called states', machine(only({ Type: 'Pass', Assign: { states: 1 } })), 'states'],
  ['a variable with a dot', machine(only({ Type: 'Pass', Assign: { 'a.b': 1 } })), 'a.b'],
  [
    'a branch that assigns a variable from around it',
    machine({
      A: { Type: 'Pass', Assign: { v: 1 }, Next: 'B' },
      B: { Type: 'Parallel', Branches: [inner({ Type: 'Pass', Assign: { v: 2 }, End: true })], End: true },
    }),
    'belongs to the scope around',
  ],
];

test.each(refused)('a machine is refused for %s', (_title, definition, says) => {
  expect(() => definitionFrom(definition)).toThrow(expect.objectContaining({ type: 'InvalidDefinition' }));
  expect(() => definitionFrom(definition)).toThrow(says);
});

const waiting = (
  more: JsonObject,
  args: Json = { FunctionName: 'f', Payload: '{% $states.context.Task.Token %}' },
): JsonObject =>
  only({
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
    Arguments: args,
    ...more,
  });
const get = (output: Json): JsonObject => ({ Type: 'Pass', Output: output, End: true });

const warned: readonly (readonly [string, string, string])[] = [
  [
    'a heartbeat as long as the timeout',
    machine(waiting({ TimeoutSeconds: 5, HeartbeatSeconds: 5 })),
    '/States/Only/HeartbeatSeconds',
  ],
  [
    'a token that is not passed',
    machine(waiting({ TimeoutSeconds: 5 }, { FunctionName: 'f' })),
    '/States/Only/Arguments',
  ],
  ['a wait for a token without a timeout', machine(waiting({})), '/States/Only'],
  [
    'a wait for an execution without a timeout',
    machine(
      only({
        Type: 'Task',
        Resource: 'arn:aws:states:::states:startExecution.sync:2',
        Arguments: { StateMachineArn: 'm' },
      }),
    ),
    '/States/Only',
  ],
  [
    'a variable that nothing assigns',
    machine(only({ Type: 'Pass', Output: '{% $never %}' })),
    '/States/Only/Output',
  ],
  [
    'a variable assigned on one way only',
    machine({
      A: { Type: 'Choice', Choices: [{ Condition: true, Next: 'B', Assign: { v: 1 } }], Default: 'B' },
      B: get('{% $v %}'),
    }),
    '/States/B/Output',
  ],
  [
    'a variable that a caught failure left out',
    machine({
      A: invoke('f', { Assign: { v: 1 }, Next: 'B', Catch: [{ ErrorEquals: ['States.ALL'], Next: 'B' }] }),
      B: get('{% $v %}'),
    }),
    '/States/B/Output',
  ],
  [
    'a variable of a branch, seen outside',
    machine({
      A: { Type: 'Parallel', Branches: [inner({ Type: 'Pass', Assign: { v: 1 }, End: true })], Next: 'B' },
      B: get('{% $v %}'),
    }),
    '/States/B/Output',
  ],
  [
    'an unknown variable inside an iteration',
    machine(only({ Type: 'Map', ItemProcessor: inner(get('{% $v %}')) })),
    '/States/Only/ItemProcessor/States/In/Output',
  ],
  ['whatever the engine refuses', machine({ A: end, B: end }), '/States/B'],
];

test.each(warned)('lint warns of %s', (_title, definition, path) => {
  expect(lint(definition).map((fault) => fault.path)).toEqual([path]);
});

const clean: readonly (readonly [string, string])[] = [
  ['a wait with all it needs', machine(waiting({ TimeoutSeconds: 5, HeartbeatSeconds: 4 }))],
  [
    'a variable assigned on every way',
    machine({
      A: {
        Type: 'Choice',
        Choices: [{ Condition: true, Next: 'B', Assign: { v: 1 } }],
        Default: 'B',
        Assign: { v: 2 },
      },
      B: get('{% $v %}'),
    }),
  ],
  [
    'a variable assigned before a loop',
    machine({
      A: { Type: 'Pass', Assign: { v: 1 }, Next: 'B' },
      B: { Type: 'Choice', Choices: [{ Condition: '{% $v > 3 %}', Next: 'C' }], Default: 'D' },
      D: { Type: 'Pass', Assign: { v: '{% $v + 1 %}' }, Next: 'B' },
      C: end,
    }),
  ],
  [
    'a variable that is asked for with $exists',
    machine(only({ Type: 'Pass', Output: '{% $exists($v) ? $v : 0 %}' })),
  ],
  [
    'names that an expression binds itself',
    machine(only({ Type: 'Pass', Output: '{% ($a := 1; $f := function($x) { $x + $a }; $map([1], $f)) %}' })),
  ],
  [
    'a variable from around a branch',
    machine({
      A: { Type: 'Pass', Assign: { v: 1 }, Next: 'B' },
      B: { Type: 'Parallel', Branches: [inner(get('{% $v %}'))], End: true },
    }),
  ],
  [
    'functions of Step Functions',
    machine(only({ Type: 'Pass', Output: '{% $partition($range(1, 4, 1), 2) %}' })),
  ],
];

test.each(clean)('lint has nothing against %s', (_title, definition) => {
  expect(lint(definition)).toEqual([]);
});
