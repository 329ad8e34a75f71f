import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { machineArn, type Place } from './arn.ts';
import { definitionFrom } from './check-definition.ts';
import type { Engine } from './engine.ts';
import { SfnRefusal } from './errors.ts';
import { tokenOf } from './frame.ts';
import { described } from './history.ts';
import { type JsonObject, parseJson } from './json.ts';
import { begin, end, forget } from './lifecycle.ts';
import type { Execution, Known, MachineRow, Store } from './store.ts';
import { isToken } from './tokens.ts';

/** One operation of the API: what it asks for, and what it does within one transaction. @throws SfnRefusal */
interface Operation {
  run(body: unknown): Promise<JsonObject>;
}

const name = z.string().regex(/^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]{1,80}$/u);
const arn = z.string().min(1).max(256);
const page = { maxResults: z.int().min(0).max(1000).optional(), nextToken: z.string().max(3096).optional() };
const text = z.string().max(262_144);
const token = z.string().min(1).max(2048);
const status = z.enum(['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED']);
const anyTags = z.array(z.object({ key: z.string(), value: z.string() })).optional();

/** The part of Step Functions' API that the product and its tools use. */
export function operations(engine: Engine, place: Place): ReadonlyMap<string, Operation> {
  const operation = <T>(
    request: z.ZodType<T>,
    answer: (store: Store, request: T, nowMs: number) => JsonObject,
  ): Operation => ({
    run: async (body) => {
      const parsed = request.safeParse(body);
      if (!parsed.success) throw invalid(parsed.error);
      return engine.transact((store) => answer(store, parsed.data, engine.nowMs));
    },
  });

  return new Map(
    Object.entries({
      CreateStateMachine: operation(
        z.strictObject({
          name,
          definition: z.string().min(1).max(1_048_576),
          roleArn: arn,
          type: z.literal('STANDARD').optional(),
          tags: anyTags,
        }),
        (store, { name, definition, roleArn }, nowMs) => {
          const created = machineArn(place, name);
          definitionFrom(definition);
          const known = store.machine(created);
          if (known !== undefined) return sameMachine(store, known, definition, roleArn);
          const revision = store.addRevision({
            machineArn: created,
            definition,
            roleArn,
            createdAt: nowMs,
          });
          store.putMachine({ arn: created, name, createdAt: nowMs, revision });
          return { stateMachineArn: created, creationDate: nowMs / 1000 };
        },
      ),
      UpdateStateMachine: operation(
        z.strictObject({
          stateMachineArn: arn,
          definition: z.string().min(1).max(1_048_576).optional(),
          roleArn: arn.optional(),
        }),
        (store, { stateMachineArn, ...change }, nowMs) => {
          if (Object.keys(change).length === 0) {
            throw new SfnRefusal(
              'MissingRequiredParameter',
              'Either the definition or the role ARN is needed.',
            );
          }
          const known = machineFor(store, stateMachineArn);
          const { definition, roleArn } = store.revision(known.revision);
          const next = { definition: change.definition ?? definition, roleArn: change.roleArn ?? roleArn };
          definitionFrom(next.definition);
          const revision = store.addRevision({ machineArn: known.arn, ...next, createdAt: nowMs });
          store.putMachine({ ...known, revision });
          return { updateDate: nowMs / 1000, revisionId: revisionId(revision) };
        },
      ),
      DescribeStateMachine: operation(
        z.strictObject({ stateMachineArn: arn, includedData: z.string().optional() }),
        (store, { stateMachineArn }) => {
          const { createdAt, ...known } = machineFor(store, stateMachineArn);
          const { definition, roleArn } = store.revision(known.revision);
          return {
            ...machineNames(known),
            definition,
            roleArn,
            status: 'ACTIVE',
            type: 'STANDARD',
            creationDate: createdAt / 1000,
            revisionId: revisionId(known.revision),
          };
        },
      ),
      DescribeStateMachineForExecution: operation(
        z.strictObject({ executionArn: arn, includedData: z.string().optional() }),
        (store, { executionArn }, nowMs) => {
          const { machineArn, revision } = executionFor(store, executionArn, nowMs);
          const { definition, roleArn, createdAt } = store.revision(revision);
          return {
            ...machineNames(machineFor(store, machineArn)),
            definition,
            roleArn,
            updateDate: createdAt / 1000,
            revisionId: revisionId(revision),
          };
        },
      ),
      ListStateMachines: operation(z.strictObject(page), (store, request) => {
        const { items, ...more } = paged(store.machines(), request);
        const stateMachines = items.map((one) => ({
          ...machineNames(one),
          type: 'STANDARD',
          creationDate: one.createdAt / 1000,
        }));
        return { stateMachines, ...more };
      }),
      StartExecution: operation(
        z.strictObject({
          stateMachineArn: arn,
          name: name.optional(),
          input: text.optional(),
          traceHeader: z.string().optional(),
        }),
        (store, { stateMachineArn, name = randomUUID(), input = '{}' }, nowMs) => {
          const machine = machineFor(store, stateMachineArn);
          checkJson(input, 'InvalidExecutionInput', 'Invalid State Machine Execution Input');
          const definition = engine.definitionOf(machine.revision);
          const { arn: executionArn, startedAt } = begin(store, { machine, definition, name, input, nowMs });
          return { executionArn, startDate: startedAt / 1000 };
        },
      ),
      DescribeExecution: operation(
        z.strictObject({ executionArn: arn, includedData: z.string().optional() }),
        (store, { executionArn }, nowMs) => {
          const known = executionFor(store, executionArn, nowMs);
          const { input, output, error, cause } = known;
          return {
            ...summary(known),
            input,
            inputDetails: { included: true },
            redriveCount: 0,
            ...(output !== undefined && { output, outputDetails: { included: true } }),
            ...(error !== undefined && { error }),
            ...(cause !== undefined && { cause }),
          };
        },
      ),
      ListExecutions: operation(
        z.strictObject({ stateMachineArn: arn, statusFilter: status.optional(), ...page }),
        (store, { stateMachineArn, statusFilter, ...request }, nowMs) => {
          const { arn } = machineFor(store, stateMachineArn);
          forget(store, nowMs);
          const { items, ...more } = paged(store.executionsOf(arn, statusFilter), request);
          return { executions: items.map(summary), ...more };
        },
      ),
      GetExecutionHistory: operation(
        z.strictObject({
          executionArn: arn,
          reverseOrder: z.boolean().optional(),
          includeExecutionData: z.boolean().optional(),
          ...page,
        }),
        (store, { executionArn, reverseOrder = false, ...request }, nowMs) => {
          const events = store.events(executionFor(store, executionArn, nowMs).key);
          const { items, ...more } = paged(reverseOrder ? events.toReversed() : events, request);
          return { events: items.map(described), ...more };
        },
      ),
      StopExecution: operation(
        z.strictObject({
          executionArn: arn,
          error: z.string().max(256).optional(),
          cause: z.string().max(32_768).optional(),
        }),
        (store, { executionArn, error, cause }, nowMs) => {
          const known = executionFor(store, executionArn, nowMs);
          if (known.stoppedAt !== undefined) return { stopDate: known.stoppedAt / 1000 };
          end(store, known, { status: 'ABORTED', error, cause }, nowMs);
          return { stopDate: nowMs / 1000 };
        },
      ),
      SendTaskSuccess: operation(
        z.strictObject({ taskToken: token, output: text }),
        (store, { taskToken, output }) => {
          const frame = awaiting(store, taskToken);
          checkJson(output, 'InvalidOutput', 'Invalid Output');
          store.putFrame({ ...frame, at: { phase: 'returned', result: parseJson(output) } });
          return {};
        },
      ),
      SendTaskFailure: operation(
        z.strictObject({
          taskToken: token,
          error: z.string().max(256).optional(),
          cause: z.string().max(32_768).optional(),
        }),
        (store, { taskToken, error, cause }) => {
          const frame = awaiting(store, taskToken);
          const told = { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
          store.putFrame({ ...frame, at: { phase: 'failing', ...told } });
          return {};
        },
      ),
      SendTaskHeartbeat: operation(z.strictObject({ taskToken: token }), (store, { taskToken }, nowMs) => {
        const frame = awaiting(store, taskToken);
        const { patience } = frame.at;
        if (patience.heartbeatMs === undefined) return {};
        const heartbeatAt = nowMs + patience.heartbeatMs;
        store.putFrame({ ...frame, at: { ...frame.at, patience: { ...patience, heartbeatAt } } });
        return {};
      }),
    }),
  );
}

function invalid(error: z.ZodError): SfnRefusal {
  const [issue] = error.issues;
  const path = issue?.path.join('.') ?? '';
  if (path === 'name') return new SfnRefusal('InvalidName', `Invalid Name: ${issue?.message}`);
  const keys = issue?.code === 'unrecognized_keys' ? ` (${issue.keys.join(', ')} is not supported)` : '';
  return new SfnRefusal('ValidationException', `invalid request at '${path}': ${issue?.message}${keys}`);
}

function checkJson(json: string, type: string, message: string): void {
  try {
    parseJson(json);
  } catch (error) {
    throw new SfnRefusal(type, `${message}: ${String(error)}`);
  }
}

function checkArn(given: string, kind: 'stateMachine' | 'execution'): void {
  if (!new RegExp(`^arn:[^:]+:states:[^:]*:[^:]*:${kind}:.+`).test(given)) {
    throw new SfnRefusal('InvalidArn', `Invalid Arn: '${given}'`);
  }
}

function machineFor(store: Store, given: string): MachineRow {
  checkArn(given, 'stateMachine');
  const known = store.machine(given);
  if (known === undefined) {
    throw new SfnRefusal('StateMachineDoesNotExist', `State Machine Does Not Exist: '${given}'`);
  }
  return known;
}

function sameMachine(store: Store, known: MachineRow, definition: string, roleArn: string): JsonObject {
  const current = store.revision(known.revision);
  if (current.definition === definition && current.roleArn === roleArn) {
    return { stateMachineArn: known.arn, creationDate: known.createdAt / 1000 };
  }
  throw new SfnRefusal('StateMachineAlreadyExists', `State Machine Already Exists: '${known.arn}'`);
}

function executionFor(store: Store, given: string, nowMs: number): Known<Execution> {
  checkArn(given, 'execution');
  forget(store, nowMs);
  const known = store.executionByArn(given);
  if (known === undefined) {
    throw new SfnRefusal('ExecutionDoesNotExist', `Execution Does Not Exist: '${given}'`);
  }
  return known;
}

/** The task that a token belongs to, if it still waits. */
function awaiting(store: Store, given: string) {
  if (!isToken(given)) throw new SfnRefusal('InvalidToken', 'Invalid Token');
  const frame = store.frameByToken(given);
  if (frame === undefined || tokenOf(frame) === undefined) throw timedOut();
  if (frame.at.phase !== 'calling' && frame.at.phase !== 'awaiting') throw timedOut();
  return { ...frame, at: frame.at };
}

const timedOut = (): SfnRefusal =>
  new SfnRefusal('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");

const revisionId = (revision: number): string =>
  `00000000-0000-4000-8000-${String(revision).padStart(12, '0')}`;

const machineNames = ({ arn: stateMachineArn, name }: Pick<MachineRow, 'arn' | 'name'>) => ({
  stateMachineArn,
  name,
});

function summary({
  arn: executionArn,
  machineArn,
  name,
  status,
  startedAt,
  stoppedAt,
}: Execution): JsonObject {
  return {
    executionArn,
    stateMachineArn: machineArn,
    name,
    status,
    startDate: startedAt / 1000,
    ...(stoppedAt !== undefined && { stopDate: stoppedAt / 1000 }),
  };
}

/** A page of a list; the token is where the next one begins. */
function paged<T>(
  all: readonly T[],
  { maxResults, nextToken = '0' }: { maxResults?: number | undefined; nextToken?: string | undefined },
): { readonly items: readonly T[]; readonly nextToken?: string } {
  const start = Number(nextToken);
  if (!Number.isInteger(start) || start < 0) throw new SfnRefusal('InvalidToken', 'Invalid Token');
  const until = start + (maxResults || 100);
  return { items: all.slice(start, until), ...(until < all.length && { nextToken: String(until) }) };
}
