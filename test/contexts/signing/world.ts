import { OWNER } from '../../../functions/signing/charges.ts';
import { signing } from '../../../functions/signing/context.ts';
import { institutions, type Signing, signings } from '../../../functions/signing/store.ts';
import { keepTeam } from '../../../functions/signing/teams.ts';
import { operations } from '../../../infra/local/step-functions/api.ts';
import { LAPTOP, machineArn } from '../../../infra/local/step-functions/arn.ts';
import { Engine } from '../../../infra/local/step-functions/engine.ts';
import type { Json, JsonObject } from '../../../infra/local/step-functions/json.ts';
import { Store } from '../../../infra/local/step-functions/store.ts';
import { readDefinitionFile } from '../../../infra/workflows/definition.ts';
import { writePatientProfile } from '../../../shared/access/patient-view.ts';
import { claimCharge, markChargePaid, openCharge } from '../../../shared/charges/charge-lock.ts';
import type { Change } from '../../../shared/data/memory-store.ts';
import { createWorker } from '../../../shared/worker.ts';
import { createStepFunctions } from '../../../shared/workflows/step-functions.ts';
import { type TestDeps, type TestDepsOptions, testDeps } from '../../support/deps.ts';
import { LAMBDA } from '../booking/scene.ts';

/** Signing over one table, with its very machine on the embedded engine, events delivered and time that passes. */
export interface World {
  readonly deps: TestDeps;
  settle(): Promise<void>;
  /** Lets time pass from one thing that is due to the next. */
  pass(ms: number): Promise<void>;
  /** Types of all events so far, oldest first. */
  readonly events: readonly { readonly type: string; readonly data: Record<string, unknown> }[];
  /** How each execution stands, oldest first. */
  executions(): Promise<readonly string[]>;
  /** What payment does to the charge of a signing. */
  pay(id: { patientId: string; signingId: string }, step?: 'claim' | 'open' | 'pay'): Promise<void>;
  now(id: { patientId: string; signingId: string }): Promise<Signing>;
  close(): Promise<void>;
}

export const TOWN = 'town';
export const OTHER_TOWN = 'other-town';
export const COUNTY = 'county';
export const CITY = 'city-hospital';
export const TEAM = 'team-1';
export const SMALL_TEAM = 'team-small';
export const OTHER_TEAM = 'team-2';
export const VILLAGE = '410425101001';
export const DAY = 24 * 3_600_000;
/** Monday 2026-03-02, 08:00 in China. */
export const START = '2026-03-02T00:00:00.000Z';
export const OLD = 'pat00001';
export const ADULT = 'pat00002';
export const OTHER = 'pat00003';

export async function addTeams(deps: TestDeps): Promise<void> {
  const team = (careTeamId: string, institutionId: string, doctors: string[], capacity: number) =>
    keepTeam(deps, {
      careTeamId,
      institutionId,
      name: `团队${careTeamId}`,
      leaderId: doctors[0] ?? '',
      memberIds: doctors.slice(1),
      serviceArea: [VILLAGE.slice(0, 9)],
      capacity,
      active: true,
      version: 1,
    });
  await team(TEAM, TOWN, ['dr-1', 'dr-2'], 100);
  await team(SMALL_TEAM, TOWN, ['dr-3'], 1);
  await team(OTHER_TEAM, OTHER_TOWN, ['dr-4'], 100);
  const tree = [
    [COUNTY, 'secondary', '410425', []],
    [TOWN, 'township', '410425101', [COUNTY]],
    [OTHER_TOWN, 'township', '410425102', [COUNTY]],
    [CITY, 'tertiary', '410403', []],
  ] as const;
  for (const [institutionId, level, divisionCode, ancestors] of tree) {
    const copy = {
      institutionId,
      name: `机构${institutionId}`,
      level,
      divisionCode,
      active: true,
      version: 1,
    };
    await institutions.put(deps.table, institutionId, copy);
    await deps.table.put({
      pk: `institution#${institutionId}`,
      sk: 'place',
      institutionId,
      ancestors: [...ancestors],
      level,
      active: true,
    });
  }
}

export async function openWorld(options: TestDepsOptions = {}): Promise<World> {
  const queue: string[] = [];
  const heard: { type: string; data: Record<string, unknown> }[] = [];
  const onChange = ({ old, new: item }: Change): void => {
    if (item === undefined || typeof item['event'] !== 'string' || item['eventId'] === old?.['eventId'])
      return;
    queue.push(item['event']);
    const { type, data } = JSON.parse(item['event']);
    heard.push({ type, data });
  };
  const bare = testDeps({ start: START, ...options, memory: { ...options.memory, onChange } });
  const engine = new Engine({
    store: new Store(':memory:'),
    clock: bare.clock,
    random: () => 0.5,
    ports: {
      invokeFunction: async (_arn, payload) => worker(payload as never, LAMBDA),
      putEvents: async () => ({}),
      dynamoDb: async () => ({}),
    },
  });
  const api = operations(engine, LAPTOP);
  const sfn = async (operation: string, body: JsonObject): Promise<JsonObject> => {
    try {
      return (await api.get(operation)?.run(body)) ?? {};
    } catch (error) {
      // The SDK names its errors by the type that the service sends.
      const type = (error as { type?: unknown }).type;
      throw typeof type === 'string' ? Object.assign(new Error(type), { name: type }) : error;
    }
  };
  const client = {
    send: async (command: { input: object }) =>
      sfn(command.constructor.name.replace(/Command$/, ''), { ...command.input } as Record<string, Json>),
  };
  const arnPrefix = machineArn(LAPTOP, '');
  const deps: TestDeps = {
    ...bare,
    workflows: createStepFunctions({ client: client as never, arnPrefix, use: signing.workflows }),
  };
  const worker = createWorker(signing, deps);
  await engine.start();
  await sfn('CreateStateMachine', {
    name: 'signing',
    definition: readDefinitionFile('signing').fill({ partition: 'local', worker: (context) => context }),
    roleArn: 'arn:local:iam::000000000000:role/workflow',
  });
  await addTeams(deps);
  await writePatientProfile(deps, OLD, { birthDate: '1950-05-05', sex: 'female', synthetic: true });
  await writePatientProfile(deps, ADULT, { birthDate: '1990-05-05', sex: 'male', synthetic: true });
  await writePatientProfile(deps, OTHER, { birthDate: '1985-05-05', sex: 'male', synthetic: true });

  async function settle(): Promise<void> {
    let failures = 0;
    for (;;) {
      await engine.idle();
      const event = queue.shift();
      if (event === undefined) {
        await engine.idle();
        if (queue.length === 0) return;
        continue;
      }
      const { type } = JSON.parse(event) as { type: string };
      if (!signing.subscriptions.some((one) => one.event === type)) continue;
      try {
        await worker({ detail: { type, event } } as never, LAMBDA);
      } catch (error) {
        failures += 1;
        if (failures > 50) throw error;
        queue.push(event);
      }
    }
  }

  function nextTimer(): number {
    const due = bare.all().flatMap(({ dueAt }) => (typeof dueAt === 'string' ? [Date.parse(dueAt)] : []));
    return Math.min(...due, Number.POSITIVE_INFINITY);
  }

  async function atThisInstant(): Promise<void> {
    while ((await engine.fireDue(deps.clock.now())) > 0);
    await settle();
    if (nextTimer() > deps.clock.now()) return;
    await worker({ sweep: true }, LAMBDA);
    await settle();
  }

  const now = async (id: { patientId: string; signingId: string }): Promise<Signing> => {
    const found = await signings.get(deps.table, id, { consistent: true });
    if (found === undefined) throw new Error('no such signing');
    return found;
  };

  return {
    deps,
    settle,
    events: heard,
    now,
    async executions() {
      const { executions } = await sfn('ListExecutions', { stateMachineArn: `${arnPrefix}signing` });
      return (executions as { status: string }[]).map(({ status }) => status).toReversed();
    },
    async pay(id, step = 'pay') {
      const { charge, patientId } = await now(id);
      if (charge === undefined) throw new Error('there is nothing to pay');
      const facts = { owner: OWNER, patientId, ...charge };
      const operation = {
        claim: () => claimCharge(deps, facts, 'settlement-1'),
        open: () => openCharge(deps, facts, 'settlement-1'),
        pay: () => markChargePaid(deps, facts, 'settlement-1'),
      }[step]();
      const { ok } = await deps.table.transact([operation]);
      if (!ok) throw new Error('the lock refuses it');
      await settle();
    },
    async pass(ms) {
      const target = deps.clock.now() + ms;
      await atThisInstant();
      for (;;) {
        const wake = (await engine.nextAfter(deps.clock.now())) ?? Number.POSITIVE_INFINITY;
        const next = Math.min(wake, nextTimer());
        if (next > target) break;
        deps.clock.advance(Math.max(0, next - deps.clock.now()));
        await atThisInstant();
      }
      deps.clock.advance(target - deps.clock.now());
      await atThisInstant();
    },
    close: () => engine.stop(),
  };
}
