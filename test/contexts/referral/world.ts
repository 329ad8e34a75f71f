import { booking } from '../../../functions/booking/context.ts';
import { referral } from '../../../functions/referral/context.ts';
import {
  alliances,
  departments,
  institutions,
  places,
  practitioners,
} from '../../../functions/referral/store.ts';
import type { Engine } from '../../../infra/local/step-functions/engine.ts';
import type { Json, JsonObject } from '../../../infra/local/step-functions/json.ts';
import { writePatientProfile } from '../../../shared/access/patient-view.ts';
import type { Context } from '../../../shared/context.ts';
import type { Change } from '../../../shared/data/memory-store.ts';
import type { Table } from '../../../shared/data/table.ts';
import { createWorker } from '../../../shared/worker.ts';
import { createStepFunctions } from '../../../shared/workflows/step-functions.ts';
import { type TestDeps, type TestDepsOptions, testDeps } from '../../support/deps.ts';
import type { Dice } from '../../support/dice.ts';
import { addSchedule, LAMBDA } from '../booking/scene.ts';
import { ARN_PREFIX, type Machinery, openMachinery } from './machinery.ts';

/**
 * Referral and booking over one table, with the very machine on the embedded engine, events that are delivered and
 * time that passes: what the laptop's city does, without its HTTP listener.
 */
export interface World {
  readonly deps: TestDeps;
  readonly engine: Engine;
  /** Delivers every event and lets the machine come to rest. */
  settle(): Promise<void>;
  /** Lets time pass from one thing that is due to the next. */
  pass(ms: number): Promise<void>;
  /** Delivers one event, out of turn, now and then one that comes again. */
  deliverOne(dice: Dice): Promise<void>;
  /** From now on events are delivered again. */
  release(): void;
  /** Calls Step Functions' API. */
  sfn(operation: string, body: JsonObject): Promise<JsonObject>;
  readonly machineArn: string;
  /** Types of all events so far, oldest first. */
  readonly events: readonly { readonly type: string; readonly data: Record<string, unknown> }[];
  close(): Promise<void>;
}

export const TOWN = 'town';
export const VILLAGE = 'village';
export const COUNTY = 'county';
export const CITY = 'city-hospital';
export const FAR = 'far-hospital';
export const OTHER_TOWN = 'other-town';
export const CARDIOLOGY = 'dept-cardiology';
export const ENDOCRINE = 'dept-endocrine';
export const CITY_CARDIOLOGY = 'city-cardiology';
export const FAR_CARDIOLOGY = 'far-cardiology';
export const TOWN_GP = 'town-gp';
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** Monday 2026-03-02, 08:00 in China. */
export const START = '2026-03-02T00:00:00.000Z';

export interface WorldOptions extends TestDepsOptions {
  /** Shared with the worlds before this one; left out: its own. */
  readonly machinery?: Machinery;
  /** Days on which the county's cardiology holds clinics; one doctor, three numbers a day for referred patients. */
  readonly clinicDays?: readonly string[];
  readonly feeFen?: number;
  readonly numbers?: number;
  /** Events wait until `deliverOne` or `release`. */
  readonly heldBack?: boolean;
  /** Put between the contexts and the table. */
  readonly wrap?: (table: Table) => Table;
}

export async function openWorld({
  clinicDays = ['2026-03-05', '2026-03-06'],
  feeFen = 0,
  numbers = 3,
  heldBack = false,
  wrap = (table) => table,
  ...options
}: WorldOptions = {}): Promise<World> {
  const queue: string[] = [];
  const heard: { type: string; data: Record<string, unknown> }[] = [];
  let isHeldBack = heldBack;
  const onChange = (change: Change): void => {
    options.memory?.onChange?.(change);
    const { old, new: item } = change;
    if (item === undefined || typeof item['event'] !== 'string' || item['eventId'] === old?.['eventId'])
      return;
    queue.push(item['event']);
    const { type, data } = JSON.parse(item['event']);
    heard.push({ type, data });
  };
  const bare = testDeps({ start: START, ...options, memory: { ...options.memory, onChange } });
  const contexts: readonly Context[] = [booking, referral];
  const machinery = options.machinery ?? (await openMachinery());
  const { engine, sfn } = machinery;
  machinery.serve({
    clock: bare.clock,
    invokeFunction: async (arn, payload) => {
      const worker = workers.get(arn);
      if (worker === undefined) throw new Error(`no worker ${arn}`);
      return worker(payload as never, LAMBDA);
    },
  });
  const client = {
    send: async (command: { input: object }) =>
      sfn(command.constructor.name.replace(/Command$/, ''), { ...command.input } as Record<string, Json>),
  };
  const deps: TestDeps = {
    ...bare,
    table: wrap(bare.table),
    workflows: createStepFunctions({
      client: client as never,
      arnPrefix: ARN_PREFIX,
      use: referral.workflows,
    }),
  };
  const workers = new Map(contexts.map((context) => [context.name, createWorker(context, deps)]));
  await addPlaces(deps);
  for (const day of clinicDays) {
    await addSchedule(deps, {
      institutionId: COUNTY,
      departmentId: CARDIOLOGY,
      practitionerId: 'dr-county',
      day: day as never,
      capacity: numbers + 1,
      quota: { REFERRAL: numbers },
      visitKind: 'general',
      feeFen,
      paymentMode: 'ONLINE',
    });
  }

  async function deliver(event: string): Promise<void> {
    const { type } = JSON.parse(event) as { type: string };
    for (const context of contexts) {
      if (!context.subscriptions.some((one) => one.event === type)) continue;
      await workers.get(context.name)?.({ detail: { type, event } } as never, LAMBDA);
    }
  }

  async function settle(): Promise<void> {
    let failures = 0;
    for (;;) {
      if (isHeldBack) return;
      await engine.idle();
      const event = queue.shift();
      if (event === undefined) {
        await engine.idle();
        if (queue.length === 0) return;
        continue;
      }
      try {
        await deliver(event);
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
    for (const worker of workers.values()) await worker({ sweep: true }, LAMBDA);
    await settle();
  }

  return {
    async deliverOne(dice) {
      const index = dice.below(queue.length);
      const event = dice.next() < 0.15 ? queue[index] : queue.splice(index, 1)[0];
      if (event === undefined) return;
      try {
        await deliver(event);
      } catch (error) {
        // The bus delivers again what was not taken.
        queue.push(event);
        throw error;
      }
    },
    release() {
      isHeldBack = false;
    },
    deps,
    engine,
    settle,
    sfn,
    machineArn: machinery.machineArn,
    events: heard,
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
    close: async () => {
      if (options.machinery === undefined) await engine.stop();
    },
  };
}

async function addPlaces(deps: TestDeps): Promise<void> {
  const { table } = deps;
  const tree = [
    [COUNTY, 'secondary', '410425', []],
    [TOWN, 'township', '410425101', [COUNTY]],
    [VILLAGE, 'village', '410425101001', [TOWN, COUNTY]],
    [OTHER_TOWN, 'township', '410425102', [COUNTY]],
    [CITY, 'tertiary', '410403', []],
    [FAR, 'tertiary', '410105', []],
  ] as const;
  for (const [institutionId, level, divisionCode, ancestors] of tree) {
    await institutions.put(table, institutionId, {
      institutionId,
      name: `机构${institutionId}`,
      level,
      divisionCode,
      active: true,
      version: 1,
    });
    await places.put(table, institutionId, { institutionId, ancestors: [...ancestors], level, active: true });
  }
  const rooms = [
    [COUNTY, CARDIOLOGY, '03.04'],
    [COUNTY, ENDOCRINE, '03.07'],
    [CITY, CITY_CARDIOLOGY, '03.04'],
    [FAR, FAR_CARDIOLOGY, '03.04'],
    [TOWN, TOWN_GP, '02'],
  ] as const;
  for (const [institutionId, departmentId, serviceCategory] of rooms) {
    await departments.put(
      table,
      { institutionId, departmentId },
      { institutionId, departmentId, name: '科室', serviceCategory, active: true, version: 1 },
    );
  }
  const doctors = [
    ['dr-town', TOWN, TOWN_GP, 'attending'],
    ['dr-village', VILLAGE, 'village-room', 'resident'],
    ['dr-county', COUNTY, CARDIOLOGY, 'associate-chief'],
    ['dr-county-2', COUNTY, ENDOCRINE, 'attending'],
    ['dr-city', CITY, CITY_CARDIOLOGY, 'chief'],
  ] as const;
  for (const [practitionerId, institutionId, departmentId, title] of doctors) {
    await practitioners.put(table, practitionerId, {
      practitionerId,
      name: '测试医生',
      title,
      sites: [{ institutionId, departmentId }],
      active: true,
      version: 1,
    });
  }
  await alliances.put(table, 'county-alliance', {
    allianceId: 'county-alliance',
    leadId: COUNTY,
    members: [
      { institutionId: TOWN, joinedOn: '2019-01-01' },
      { institutionId: CITY, joinedOn: '2020-01-01', leftOn: '2025-01-01' },
    ],
    active: true,
    version: 1,
  });
  for (const patientId of ['pat00001', 'pat00002', 'pat00003']) {
    await writePatientProfile(deps, patientId, { birthDate: '1950-05-05', sex: 'female', synthetic: true });
  }
}
