import type { Json, JsonObject } from '../../../infra/local/step-functions/json.ts';
import { type Case, caught, conforms, invoke, only } from './cases.ts';

const QUERY = 'States.QueryEvaluationError';
const ALL = ['States.ALL'];
const told = (error: string): Json => ({ Error: error });
const ms = '{% $millis() - $toMillis($states.context.State.EnteredTime) %}';

conforms('lambda:invoke', [
  { it: 'gives the payload', states: only(invoke('echo')), input: { a: 1 }, gives: { a: 1 } },
  {
    it: "gives AWS's envelope without an output",
    states: only({ ...invoke('echo'), Output: '{% $states.result %}' }),
    input: 1,
    gives: { ExecutedVersion: '$LATEST', Payload: 1, StatusCode: 200 },
  },
  {
    it: 'sends {} without a payload',
    states: only(invoke('echo', { Arguments: { FunctionName: 'echo' } })),
    input: 1,
    gives: {},
  },
  { it: 'gives null for a function that returns nothing', states: only(invoke('forgets')), gives: null },
  {
    it: 'calls the function that an expression names',
    states: only(invoke('', { Arguments: { FunctionName: '{% "ec" & "ho" %}', Payload: 2 } })),
    gives: 2,
  },
  {
    it: "fails by the name of the function's error",
    states: only(invoke('fails/Busy')),
    fails: 'Busy',
    cause: /"errorMessage":"Busy happened"/,
  },
  {
    it: "catches the function's error by name",
    states: caught(['Busy'], invoke('fails/Busy'), { Output: '{% $states.errorOutput.Error %}' }),
    gives: 'Busy',
  },
  {
    it: 'gives the cause as JSON in a string',
    states: caught(ALL, invoke('fails/Busy'), {
      Output: '{% $parse($states.errorOutput.Cause).errorType %}',
    }),
    gives: 'Busy',
  },
  {
    it: 'fails with States.Runtime when no function is named',
    states: only(invoke('', { Arguments: '{% {"Payload": 1} %}' })),
    fails: 'States.Runtime',
  },
  {
    it: 'fails with States.Runtime at an argument it does not know',
    states: only(invoke('', { Arguments: '{% {"FunctionName": "echo", "Async": true} %}' })),
    fails: 'States.Runtime',
    cause: /Async/,
  },
  {
    it: 'never catches States.Runtime, not even named',
    states: caught(['States.Runtime'], invoke('fails/States.Runtime')),
    fails: 'States.Runtime',
  },
  {
    it: 'does not catch States.Runtime by States.ALL',
    states: caught(ALL, invoke('fails/States.Runtime')),
    fails: 'States.Runtime',
  },
  {
    it: 'does not retry States.Runtime',
    states: only(invoke('flaky/1/States.Runtime', { Retry: [{ ErrorEquals: ALL }] })),
    fails: 'States.Runtime',
  },
  {
    it: 'takes a result of 262144 bytes, envelope and all',
    states: only(invoke('big/262083', { Output: 1 })),
    gives: 1,
  },
  {
    it: 'refuses a result that is larger',
    states: only(invoke('big/262143', { Output: 1 })),
    fails: 'States.DataLimitExceeded',
  },
  {
    it: 'catches States.DataLimitExceeded by States.ALL',
    states: caught(ALL, invoke('big/300000'), { Output: '{% $states.errorOutput.Error %}' }),
    gives: 'States.DataLimitExceeded',
  },
  {
    it: 'assigns from the result',
    states: {
      Call: { ...invoke('echo'), Assign: { got: '{% $states.result.Payload.a %}' }, Next: 'Get' },
      Get: { Type: 'Pass', Output: '{% $got %}', End: true },
    },
    input: { a: 5 },
    gives: 5,
  },
  {
    it: 'catches an error in its arguments',
    states: caught(
      [QUERY],
      invoke('echo', { Arguments: { FunctionName: 'echo', Payload: '{% $states.input.absent %}' } }),
    ),
  },
  {
    it: 'catches an error in its output',
    states: caught([QUERY], invoke('echo', { Output: '{% $states.result.absent %}' })),
  },
]);

const flaky = (times: number, retry: JsonObject, more: JsonObject = {}): JsonObject =>
  only(
    invoke(`flaky/${times}/Busy`, {
      Retry: [{ ErrorEquals: ['Busy'], ...retry }],
      Output: { after: ms, tries: '{% $states.result.Payload.attempts %}' },
      ...more,
    }),
  );
/** Each case has an input of its own, by which the flaky function counts. */
const retried = (
  it: string,
  states: JsonObject,
  how: Pick<Case, 'gives' | 'fails' | 'seconds' | 'status'>,
): Case => ({ it, states, input: { it }, ...how });

conforms('Retry', [
  retried('waits 1 s, then 2 s, then 4 s by default', flaky(3, {}), { gives: { after: 7000, tries: 4 } }),
  retried('tries three more times by default', flaky(4, {}), { fails: 'Busy' }),
  retried('takes another interval', flaky(2, { IntervalSeconds: 10 }), {
    gives: { after: 30_000, tries: 3 },
  }),
  retried('takes another rate', flaky(3, { IntervalSeconds: 10, BackoffRate: 1 }), {
    gives: { after: 30_000, tries: 4 },
  }),
  retried('takes a fraction as rate', flaky(2, { IntervalSeconds: 2, BackoffRate: 1.5 }), {
    gives: { after: 5000, tries: 3 },
  }),
  retried('takes another number of attempts', flaky(5, { MaxAttempts: 5, BackoffRate: 1 }), {
    gives: { after: 5000, tries: 6 },
  }),
  retried('does not try again with 0 attempts', flaky(1, { MaxAttempts: 0 }), { fails: 'Busy', seconds: 0 }),
  retried(
    'never waits longer than the greatest delay',
    flaky(3, { IntervalSeconds: 10, MaxDelaySeconds: 15 }),
    { gives: { after: 40_000, tries: 4 } },
  ),
  retried(
    'draws the delay between nothing and all of it with full jitter',
    flaky(2, { IntervalSeconds: 10, JitterStrategy: 'FULL' }),
    { gives: { after: 15_000, tries: 3 } },
  ),
  retried('draws nothing with no jitter', flaky(1, { IntervalSeconds: 10, JitterStrategy: 'NONE' }), {
    gives: { after: 10_000, tries: 2 },
  }),
  retried('does not try before the interval is over', flaky(1, { IntervalSeconds: 10 }), {
    seconds: 9,
    status: 'RUNNING',
  }),
  retried(
    'does not retry an error that no retrier names',
    only(invoke('flaky/1/Other', { Retry: [{ ErrorEquals: ['Busy'] }] })),
    { fails: 'Other' },
  ),
  retried(
    'retries any error for States.ALL',
    only(invoke('flaky/1/Other', { Retry: [{ ErrorEquals: ALL }] })),
    { gives: { attempts: 2 } },
  ),
  retried(
    "retries a function's error for States.TaskFailed",
    only(invoke('flaky/1/Other', { Retry: [{ ErrorEquals: ['States.TaskFailed'] }] })),
    { gives: { attempts: 2 } },
  ),
  retried(
    'asks the first retrier that names the error',
    only(
      invoke('flaky/2/Busy', {
        Retry: [
          { ErrorEquals: ['Busy'], MaxAttempts: 1 },
          { ErrorEquals: ALL, MaxAttempts: 9 },
        ],
      }),
    ),
    { fails: 'Busy' },
  ),
  retried(
    'takes several names in one retrier',
    only(invoke('flaky/1/Busy', { Retry: [{ ErrorEquals: ['Other', 'Busy'] }] })),
    { gives: { attempts: 2 } },
  ),
  retried(
    'counts its retries in the context',
    only(
      invoke('flaky/2/Busy', {
        Retry: [{ ErrorEquals: ALL }],
        Output: '{% $states.context.State.RetryCount %}',
      }),
    ),
    { gives: 2 },
  ),
  retried(
    'goes to Catch when it is used up',
    {
      Only: invoke('fails/Busy', {
        Retry: [{ ErrorEquals: ['Busy'] }],
        Catch: [{ ErrorEquals: ['Busy'], Output: 'gave up', Next: 'Caught' }],
        End: true,
      }),
      Caught: { Type: 'Succeed' },
    },
    { gives: 'gave up' },
  ),
  retried(
    'begins to count anew when a state is entered anew',
    {
      Call: invoke('flaky/4/Busy', {
        Retry: [{ ErrorEquals: ['Busy'], MaxAttempts: 2 }],
        Catch: [{ ErrorEquals: ['Busy'], Output: '{% $states.input %}', Next: 'Call' }],
        Next: 'Done',
      }),
      Done: { Type: 'Succeed' },
    },
    { gives: { attempts: 5 } },
  ),
  retried(
    'retries an error in an expression',
    only(
      invoke('echo', {
        Retry: [{ ErrorEquals: [QUERY] }],
        Arguments: {
          FunctionName: 'echo',
          Payload: '{% $states.context.State.RetryCount = 2 ? "third" : $states.input.absent %}',
        },
      }),
    ),
    { gives: 'third' },
  ),
]);

const fallsTo = (rules: readonly JsonObject[]): JsonObject => ({
  Only: invoke('fails/Busy', { Catch: rules, End: true }),
  First: { Type: 'Succeed', Output: 'first' },
  Second: { Type: 'Succeed', Output: 'second' },
});

conforms('Catch', [
  {
    it: 'takes the first catcher that names the error',
    states: fallsTo([
      { ErrorEquals: ['Other'], Next: 'First' },
      { ErrorEquals: ['Busy'], Next: 'Second' },
    ]),
    gives: 'second',
  },
  {
    it: 'takes the earlier of two that name it',
    states: fallsTo([
      { ErrorEquals: ['Busy'], Next: 'First' },
      { ErrorEquals: ALL, Next: 'Second' },
    ]),
    gives: 'first',
  },
  {
    it: "catches a function's error by States.TaskFailed",
    states: fallsTo([
      { ErrorEquals: ['States.TaskFailed'], Next: 'First' },
      { ErrorEquals: ALL, Next: 'Second' },
    ]),
    gives: 'first',
  },
  {
    it: 'fails when no catcher names the error',
    states: fallsTo([
      { ErrorEquals: ['A'], Next: 'First' },
      { ErrorEquals: ['B'], Next: 'Second' },
    ]),
    fails: 'Busy',
  },
  {
    it: 'still sees the input in its output',
    states: caught(ALL, invoke('fails/Busy'), { Output: '{% $states.input.kept %}' }),
    input: { kept: 1 },
    gives: 1,
  },
  {
    it: 'assigns from the error',
    states: {
      Only: invoke('fails/Busy', {
        Catch: [{ ErrorEquals: ALL, Assign: { why: '{% $states.errorOutput.Error %}' }, Next: 'Told' }],
        End: true,
      }),
      Told: { Type: 'Pass', Output: '{% $why %}', End: true },
    },
    gives: 'Busy',
  },
  {
    it: 'does not run the assignment of the state itself',
    states: {
      Only: invoke('fails/Busy', {
        Assign: { done: true },
        Catch: [{ ErrorEquals: ALL, Next: 'Told' }],
        End: true,
      }),
      Told: { Type: 'Pass', Output: '{% $exists($done) %}', End: true },
    },
    gives: false,
  },
  {
    it: 'does not catch an error of its own',
    states: caught(ALL, invoke('fails/Busy'), { Output: '{% $states.errorOutput.absent %}' }),
    fails: QUERY,
  },
]);

const token = (more: JsonObject = {}): JsonObject => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
  Arguments: { FunctionName: 'echo', Payload: { token: '{% $states.context.Task.Token %}' } },
  ...more,
});

conforms('TimeoutSeconds and HeartbeatSeconds', [
  {
    it: 'a call that does not come back times out',
    states: only(invoke('hangs', { TimeoutSeconds: 60 })),
    fails: 'States.Timeout',
  },
  {
    it: 'does not time out early',
    states: only(invoke('hangs', { TimeoutSeconds: 60 })),
    seconds: 59,
    status: 'RUNNING',
  },
  {
    it: 'a token that nobody sends back times out',
    states: only(token({ TimeoutSeconds: 60 })),
    fails: 'States.Timeout',
  },
  {
    it: 'a task without a timeout waits for ever',
    states: only(token()),
    seconds: 300 * 86_400,
    status: 'RUNNING',
  },
  {
    it: 'takes its timeout from an expression',
    states: only(token({ TimeoutSeconds: '{% $states.input.t %}' })),
    input: { t: 5 },
    seconds: 5,
    fails: 'States.Timeout',
  },
  { it: 'refuses a timeout of 0', states: only(token({ TimeoutSeconds: '{% 0 %}' })), fails: QUERY },
  { it: 'refuses a negative timeout', states: only(token({ TimeoutSeconds: '{% -5 %}' })), fails: QUERY },
  {
    it: 'refuses a timeout in fractions',
    states: only(token({ TimeoutSeconds: '{% 0.5 %}' })),
    fails: QUERY,
  },
  { it: 'refuses a timeout in a string', states: only(token({ TimeoutSeconds: '{% "5" %}' })), fails: QUERY },
  {
    it: 'refuses a timeout over 99999999 s',
    states: only(token({ TimeoutSeconds: '{% 100000000 %}' })),
    fails: QUERY,
  },
  {
    it: 'a silent heart times out before the task does',
    states: only(token({ TimeoutSeconds: 60, HeartbeatSeconds: 10 })),
    seconds: 10,
    fails: 'States.HeartbeatTimeout',
  },
  { it: 'refuses a heartbeat of 0', states: only(token({ HeartbeatSeconds: '{% 0 %}' })), fails: QUERY },
  {
    it: 'States.Timeout catches a time-out',
    states: caught(['States.Timeout'], token({ TimeoutSeconds: 1 })),
    gives: told('States.Timeout'),
  },
  {
    it: 'States.Timeout catches a silent heart',
    states: caught(['States.Timeout'], token({ HeartbeatSeconds: 1 })),
    gives: told('States.HeartbeatTimeout'),
  },
  {
    it: 'States.HeartbeatTimeout catches a silent heart',
    states: caught(['States.HeartbeatTimeout'], token({ HeartbeatSeconds: 1 })),
    gives: told('States.HeartbeatTimeout'),
  },
  {
    it: 'States.HeartbeatTimeout does not catch a time-out',
    states: caught(['States.HeartbeatTimeout'], token({ TimeoutSeconds: 1 })),
    fails: 'States.Timeout',
  },
  {
    it: 'States.TaskFailed does not catch a time-out',
    states: caught(['States.TaskFailed'], token({ TimeoutSeconds: 1 })),
    fails: 'States.Timeout',
  },
  {
    it: 'States.ALL catches a time-out',
    states: caught(ALL, token({ TimeoutSeconds: 1 })),
    gives: told('States.Timeout'),
  },
  {
    it: 'each attempt has the whole timeout',
    states: only(
      token({
        TimeoutSeconds: 10,
        Retry: [{ ErrorEquals: ['States.Timeout'], MaxAttempts: 1, IntervalSeconds: 1 }],
      }),
    ),
    seconds: 20,
    status: 'RUNNING',
  },
  {
    it: 'and fails when the last is over',
    states: only(
      token({
        TimeoutSeconds: 10,
        Retry: [{ ErrorEquals: ['States.Timeout'], MaxAttempts: 1, IntervalSeconds: 1 }],
      }),
    ),
    seconds: 21,
    fails: 'States.Timeout',
  },
  {
    it: 'a call that fails is not waited for by its token',
    states: only(token({ Arguments: { FunctionName: 'fails/Busy' } })),
    seconds: 0,
    fails: 'Busy',
  },
]);

const service = (resource: string, args: JsonObject, more: JsonObject = {}): JsonObject => ({
  Type: 'Task',
  Resource: `arn:aws-cn:states:::${resource}`,
  Arguments: args,
  ...more,
});
const event = (DetailType: string): JsonObject => ({
  Entries: [{ DetailType, Source: 'care', Detail: { id: '{% $states.input.id %}' } }],
});

conforms('events:putEvents', [
  {
    it: 'gives the answer of the bus',
    states: only(
      service('events:putEvents', event('moved'), { Output: '{% $states.result.FailedEntryCount %}' }),
    ),
    input: { id: 1 },
    gives: 0,
  },
  {
    it: 'sends the detail as a string',
    states: only(
      service('events:putEvents', event('moved'), {
        Output: '{% $parse($states.result.Entries[0].EventId).Detail %}',
      }),
    ),
    input: { id: 1 },
    gives: '{"id":1}',
  },
  {
    it: 'names the execution among the resources',
    states: only(
      service('events:putEvents', event('moved'), {
        Output: '{% $contains($parse($states.result.Entries[0].EventId).Resources[0], ":execution:") %}',
      }),
    ),
    input: { id: 1 },
    gives: true,
  },
  {
    it: 'fails when an entry is refused',
    states: only(service('events:putEvents', event('refused'))),
    input: { id: 1 },
    fails: 'EventBridge.FailedEntry',
  },
  {
    it: "fails by the service's error",
    states: only(service('events:putEvents', event('denied'))),
    input: { id: 1 },
    fails: 'EventBridge.AccessDeniedException',
  },
  {
    it: 'waits for a token',
    states: only(service('events:putEvents.waitForTaskToken', event('moved'), { TimeoutSeconds: 9 })),
    input: { id: 1 },
    fails: 'States.Timeout',
  },
]);

conforms('dynamodb', [
  {
    it: 'gets an item',
    states: only(service('dynamodb:getItem', { TableName: 't', Key: { pk: { S: 'a' } } })),
    gives: { action: 'getItem', args: { TableName: 't', Key: { pk: { S: 'a' } } } },
  },
  {
    it: 'puts an item',
    states: only(
      service(
        'dynamodb:putItem',
        { TableName: 't', Item: { pk: { S: 'a' } } },
        { Output: '{% $states.result.action %}' },
      ),
    ),
    gives: 'putItem',
  },
  {
    it: 'updates an item',
    states: only(
      service(
        'dynamodb:updateItem',
        {
          TableName: 't',
          Key: {},
          UpdateExpression: 'SET a = :a',
          ExpressionAttributeValues: { ':a': { N: '1' } },
        },
        { Output: '{% $states.result.action %}' },
      ),
    ),
    gives: 'updateItem',
  },
  {
    it: 'names a failed condition as AWS does',
    states: only(service('dynamodb:putItem', { TableName: 'conflicted', Item: {} })),
    fails: 'DynamoDB.ConditionalCheckFailedException',
  },
  {
    it: 'catches a failed condition',
    states: caught(
      ['DynamoDB.ConditionalCheckFailedException'],
      service('dynamodb:updateItem', { TableName: 'conflicted', Key: {} }),
      { Output: 'lost' },
    ),
    gives: 'lost',
  },
]);
