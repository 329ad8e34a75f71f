import { createHash } from 'node:crypto';
import { nameIn, regionIn } from '../arn.ts';
import type { Task } from '../definition.ts';
import { SfnRefusal, StateError } from '../errors.ts';
import { wholeSeconds } from '../expressions.ts';
import type { Frame, Patience } from '../frame.ts';
import { argumentFault, type Integration, integrationOf } from '../integrations.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { begin } from '../lifecycle.ts';
import type { Run } from '../run.ts';
import { newToken } from '../tokens.ts';

/** Writes the call down; the engine makes it once that is on disk. */
export async function enterTask(run: Run, entered: Frame, state: Task): Promise<void> {
  const integration = integrationFor(state);
  const token = integration.byToken ? newToken() : undefined;
  const filled = await run.fill(
    entered,
    state.Arguments ?? entered.input,
    token === undefined ? {} : { token },
  );
  const args = checked(integration, filled);
  const timeout = await secondsOf(run, entered, state, 'TimeoutSeconds');
  const heartbeat = await secondsOf(run, entered, state, 'HeartbeatSeconds');
  const id = run.nextEventId;
  const frame = told(run, entered, integration, args, timeout, heartbeat);
  const patience: Patience = {
    timeoutAt: timeout && run.nowMs + timeout * 1000,
    heartbeatMs: heartbeat && heartbeat * 1000,
    heartbeatAt: heartbeat && run.nowMs + heartbeat * 1000,
  };
  if (integration.resourceType === 'states') return startNested(run, frame, args, patience, id);
  const action = `${integration.resourceType}:${integration.resource}`;
  run.put(frame, { phase: 'calling', call: { id, action, args }, patience, token });
}

export async function leaveTask(run: Run, frame: Frame, state: Task, result: Json): Promise<void> {
  const succeeded = run.tell(frame, 'TaskSucceeded', 'taskSucceededEventDetails', {
    ...namesOf(integrationFor(state)),
    output: JSON.stringify(result),
  });
  await run.leave(succeeded, state, state, result, { result });
}

export function tellFailure(run: Run, frame: Frame, state: Task, { error, reason }: StateError): Frame {
  const timedOut = error === 'States.Timeout' || error === 'States.HeartbeatTimeout';
  if (timedOut) run.took(frame, error === 'States.Timeout' ? 'TimeoutSeconds' : 'HeartbeatSeconds');
  const [type, field] = timedOut
    ? ['TaskTimedOut', 'taskTimedOutEventDetails']
    : ['TaskFailed', 'taskFailedEventDetails'];
  const details = { ...namesOf(integrationFor(state)), error, cause: reason };
  return run.tell(frame, type, field, details);
}

function integrationFor({ Resource }: Task): Integration {
  const integration = integrationOf(Resource);
  if (integration === undefined) throw new StateError('States.Runtime', `${Resource} is not supported`);
  return integration;
}

function checked(integration: Integration, args: Json): JsonObject {
  const fault = argumentFault(integration, args);
  if (fault !== undefined || !isObject(args)) throw new StateError('States.Runtime', fault);
  return args;
}

const namesOf = ({ resourceType, resource }: Integration): JsonObject => ({ resourceType, resource });

/** At least 1, so that there is none only where the field is missing. */
async function secondsOf(
  run: Run,
  frame: Frame,
  state: Task,
  field: 'TimeoutSeconds' | 'HeartbeatSeconds',
): Promise<number | undefined> {
  const template = state[field];
  return template === undefined ? undefined : wholeSeconds(await run.fill(frame, template), field, 1);
}

function told(
  run: Run,
  frame: Frame,
  integration: Integration,
  args: JsonObject,
  timeout: number | undefined,
  heartbeat: number | undefined,
): Frame {
  const scheduled = run.tell(frame, 'TaskScheduled', 'taskScheduledEventDetails', {
    ...namesOf(integration),
    region: regionIn(run.execution.machineArn),
    parameters: JSON.stringify(args),
    timeoutInSeconds: timeout,
    heartbeatInSeconds: heartbeat,
  });
  return run.tell(scheduled, 'TaskStarted', 'taskStartedEventDetails', namesOf(integration));
}

/** The nested execution begins in the transaction that writes down who waits for it. */
function startNested(run: Run, frame: Frame, args: JsonObject, patience: Patience, callId: number): void {
  const { store } = run.parts;
  const { StateMachineArn, Input = {}, Name } = args;
  const machine = store.machine(String(StateMachineArn));
  if (machine === undefined) {
    throw new StateError('StepFunctions.StateMachineDoesNotExistException', `no machine ${StateMachineArn}`);
  }
  const input = JSON.stringify(Input);
  const submitted = run.tell(frame, 'TaskSubmitted', 'taskSubmittedEventDetails', {
    resourceType: 'states',
    resource: 'startExecution.sync:2',
    output: JSON.stringify({ StateMachineArn }),
  });
  try {
    const child = begin(store, {
      machine,
      definition: run.parts.definitionOf(machine.revision),
      name: typeof Name === 'string' ? Name : nestedName(run.execution.arn, callId),
      input,
      nowMs: run.nowMs,
      awaitedBy: { execution: frame.execution, frame: frame.id },
    });
    run.put(submitted, { phase: 'awaiting', child: child.key, patience });
  } catch (error) {
    if (!(error instanceof SfnRefusal)) throw error;
    throw new StateError(`StepFunctions.${error.type}Exception`, error.message);
  }
}

/** The same task of the same execution always asks for the same name, however often it is replayed. */
function nestedName(parentArn: string, callId: number): string {
  const digest = createHash('sha256').update(`${parentArn}#${callId}`).digest('hex');
  return `${nameIn(parentArn).slice(0, 40)}-${callId}-${digest.slice(0, 16)}`;
}
