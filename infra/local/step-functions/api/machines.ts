import * as z from 'zod';
import { machineArn, type Place } from '../arn.ts';
import { definitionFrom } from '../check-definition.ts';
import type { Engine } from '../engine.ts';
import { SfnRefusal } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { MachineRow, Store } from '../store.ts';
import {
  arn,
  executionFor,
  machineFor,
  name,
  type Operations,
  operationsOf,
  page,
  paged,
} from './operation.ts';

const definition = z.string().min(1).max(1_048_576);
const anyTags = z.array(z.object({ key: z.string(), value: z.string() })).optional();

export function machineOperations(engine: Engine, place: Place): Operations {
  const operation = operationsOf(engine);
  return {
    CreateStateMachine: operation(
      z.strictObject({
        name,
        definition,
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
        definition: definition.optional(),
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
  };
}

function sameMachine(store: Store, known: MachineRow, definition: string, roleArn: string): JsonObject {
  const current = store.revision(known.revision);
  if (current.definition === definition && current.roleArn === roleArn) {
    return { stateMachineArn: known.arn, creationDate: known.createdAt / 1000 };
  }
  throw new SfnRefusal('StateMachineAlreadyExists', `State Machine Already Exists: '${known.arn}'`);
}

const revisionId = (revision: number): string =>
  `00000000-0000-4000-8000-${String(revision).padStart(12, '0')}`;

const machineNames = ({ arn: stateMachineArn, name }: Pick<MachineRow, 'arn' | 'name'>) => ({
  stateMachineArn,
  name,
});
