import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DefinitionFile } from '../../../infra/workflows/definition.ts';
import { application, shown } from './people.ts';
import { accept, apply, approve, checkIn, complete, confirm, executions, story } from './stories.ts';

const file = readFileSync(join(import.meta.dirname, '../../../workflows/referral/referral.asl.yaml'), 'utf8');

/** The next version: whatever leaves the gate is looked up once more before the centre is asked. */
const next = new DefinitionFile('referral', file.replace(/Next: CentreDecision\n/, 'Next: LookUp\n'));

test('a referral under way finishes on the definition it began with; the next one begins on the new one', async () => {
  const told = await story();
  const { world } = told;
  const old = await apply(told);
  await world.sfn('UpdateStateMachine', {
    stateMachineArn: world.machineArn,
    definition: next.fill({ partition: 'local', worker: (context) => context }),
  });
  const fresh = shown(
    await told.people.familyDoctor.post('/referral/patients/pat00002/referrals', {
      ...application(),
    }),
  ).referralId;
  await approve(told, old);
  await told.people.townCoordinator.post(
    `/referral/institutions/town/patients/pat00002/referrals/${fresh}/gate-decision`,
    { decision: 'APPROVE' },
  );
  await accept(told, old);
  await confirm(told, old);
  await checkIn(told, old);
  await complete(told, old);
  expect((await told.now(old)).status).toBe('COMPLETED');
  const statesOf = async (referralId: string): Promise<readonly string[]> => {
    const executionArn = `${world.machineArn.replace('stateMachine', 'execution')}:${referralId}-1`;
    const { events } = await world.sfn('GetExecutionHistory', { executionArn });
    return (events as { stateEnteredEventDetails?: { name: string } }[]).flatMap(
      ({ stateEnteredEventDetails: entered }) => entered?.name ?? [],
    );
  };
  expect(await statesOf(old)).toEqual([
    'WhereItStands',
    'GateReview',
    'CentreDecision',
    'ReserveNumber',
    'ResidentConfirms',
    'Arrival',
    'Treatment',
  ]);
  expect(await statesOf(fresh)).toEqual([
    'WhereItStands',
    'GateReview',
    'LookUp',
    'WhereItStands',
    'CentreDecision',
    // Nobody answered while the other one went on: three days later it has ended.
    'LookUp',
    'WhereItStands',
    'Ended',
  ]);
  expect(await executions(world)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
});
