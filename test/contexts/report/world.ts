import type { Context as LambdaContext } from 'aws-lambda';
import { report } from '../../../functions/report/context.ts';
import type { RowOutcome } from '../../../functions/report/publish-contracts.ts';
import { institutions, practitioners } from '../../../functions/report/store.ts';
import { memoryBlobs } from '../../../infra/local/objects/blobs.ts';
import { linkSigner } from '../../../infra/local/objects/link-signer.ts';
import { localObjects } from '../../../infra/local/objects/local-objects.ts';
import { type ServeObjects, serveObjects } from '../../../infra/local/objects/serve-objects.ts';
import { relationItem, relationKey } from '../../../shared/access/care-relations.ts';
import { type CardHolder, personItems } from '../../../shared/access/person-view.ts';
import { eventOf } from '../../../shared/data/carried.ts';
import type { DomainEvent } from '../../../shared/data/table.ts';
import { createWorker } from '../../../shared/worker.ts';
import { onTheBus } from '../../support/bus.ts';
import { type TestDeps, type TestDepsOptions, testDeps } from '../../support/deps.ts';
import { type Answer, type Asking, door, resident, staff } from '../booking/door.ts';
import { idNumber } from '../identity/scene.ts';

/** Reports over the table in memory, with what their events lead to, and people who come to the front door. */

export const COUNTY = 'county-hospital';
export const CITY_HOSPITAL = 'city-hospital';
export const TOWN = 'town-centre';
export const ELSEWHERE = 'elsewhere';
export const PATIENT = 'pat00001';
export const CHILD = 'pat00002';
export const LIN: CardHolder = { name: '林晓梅', idNumber: idNumber('19880721', '982') };
export const SMALL: CardHolder = { name: '张小雨', idNumber: idNumber('20190504', '984') };
/** Of the same name as the patient. */
export const NAMESAKE: CardHolder = { name: '林晓梅', idNumber: idNumber('19750303', '988') };
/** Monday 2026-03-02, 08:00 in China. */
export const START = '2026-03-02T00:00:00.000Z';

const LAMBDA = { awsRequestId: 'worker' } as LambdaContext;
const SINCE = '2026-01-01T00:00:00.000Z';

export interface World {
  readonly deps: TestDeps;
  readonly events: readonly DomainEvent[];
  /** Delivers what was written since. */
  settle(): Promise<void>;
  /** Moves the clock and lets timers ring. */
  pass(minutes: number): Promise<void>;
  ask(method: string, path: string, asking?: Asking): Promise<Answer>;
  publish(...reports: readonly unknown[]): Promise<readonly RowOutcome[]>;
  register(patientId: string, holder: CardHolder): Promise<void>;
  relate(kind: 'SIGNED' | 'REFERRAL', holderId: string, patientId?: string): Promise<void>;
  unrelate(kind: 'SIGNED' | 'REFERRAL', holderId: string, patientId?: string): Promise<void>;
  /** What stands behind the links to files. */
  readonly serveFile: ServeObjects;
}

export async function openWorld(options: TestDepsOptions = {}): Promise<World> {
  const events: DomainEvent[] = [];
  const queue: DomainEvent[] = [];
  const bare = testDeps({
    start: START,
    ...options,
    memory: {
      ...options.memory,
      onChange: ({ old, new: item }) => {
        const event = item === undefined ? undefined : eventOf(item);
        if (event === undefined || (old !== undefined && eventOf(old)?.id === event.id)) return;
        events.push(event);
        queue.push(event);
      },
    },
  });
  const { clock } = bare;
  const files = {
    blobs: memoryBlobs(),
    signer: linkSigner('http://127.0.0.1:9', new Uint8Array(32)),
    clock,
  };
  const deps: TestDeps = { ...bare, objects: localObjects(files) };
  const worker = createWorker(report, deps);
  const ask = door(deps, report);
  const settle = async (): Promise<void> => {
    for (let event = queue.shift(); event !== undefined; event = queue.shift()) {
      const { type } = event;
      if (!report.subscriptions.some((one) => one.event === type)) continue;
      await worker({ detail: onTheBus(event) } as never, LAMBDA);
    }
  };
  await addInstitutions(deps);
  await addPractitioners(deps);
  const world: World = {
    deps,
    serveFile: serveObjects(files),
    events,
    settle,
    async pass(minutes) {
      deps.clock.advance(minutes * 60_000);
      await worker({ sweep: true }, LAMBDA);
      await settle();
    },
    async ask(method, path, asking) {
      const answer = await ask(method, path, asking);
      await settle();
      return answer;
    },
    async publish(...reports) {
      const as = await publisher(world);
      const answer = await world.ask('POST', `/report/institutions/${COUNTY}/reports`, {
        as,
        body: { reports },
      });
      if (answer.status !== 200) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
      return (answer.body as { rows: RowOutcome[] }).rows;
    },
    async register(patientId, holder) {
      for (const item of await personItems(deps, patientId, holder)) await deps.table.put(item);
      const type = 'identity.patient-registered';
      const event = { id: deps.ids.next(20), type, at: START, data: { patientId } };
      await worker({ detail: onTheBus(event) } as never, LAMBDA);
      await settle();
    },
    async relate(kind, holderId, patientId = PATIENT) {
      await deps.table.put(relationItem({ patientId, kind, holderId, since: SINCE }));
    },
    async unrelate(kind, holderId, patientId = PATIENT) {
      await deps.table.delete(relationKey({ patientId, kind, holderId }));
    },
  };
  return world;
}

async function addInstitutions({ table }: TestDeps): Promise<void> {
  const tree = [
    [COUNTY, []],
    [TOWN, [COUNTY]],
    [CITY_HOSPITAL, []],
    [ELSEWHERE, []],
  ] as const;
  for (const [institutionId, ancestors] of tree) {
    const copy = { institutionId, name: `机构${institutionId}`, active: true, version: 1 };
    await institutions.put(table, institutionId, copy);
    await table.put({ pk: `institution#${institutionId}`, sk: 'place', institutionId, ancestors });
  }
}

async function addPractitioners({ table }: TestDeps): Promise<void> {
  const doctors = [
    ['dr-order', 'attending', COUNTY, 'cardiology'],
    ['dr-colleague', 'resident', COUNTY, 'cardiology'],
    ['dr-head', 'chief', COUNTY, 'cardiology'],
    ['dr-surgeon', 'chief', COUNTY, 'surgery'],
    ['dr-family', 'attending', TOWN, 'general'],
    ['dr-city', 'chief', CITY_HOSPITAL, 'cardiology'],
    ['dr-elsewhere', 'chief', ELSEWHERE, 'cardiology'],
  ] as const;
  for (const [practitionerId, title, institutionId, departmentId] of doctors) {
    const sites = [{ institutionId, departmentId }];
    await practitioners.put(table, practitionerId, {
      practitionerId,
      title,
      sites,
      active: true,
      version: 1,
    });
  }
}

export const publisher = ({ deps }: World, institutionId = COUNTY): Promise<string> =>
  staff(deps, `acc-lis-${institutionId}`, ['report-publisher'], { institutionId });

export const home = ({ deps }: World, patientId = PATIENT, kind: 'SELF' | 'GUARDIAN' | 'FAMILY' = 'SELF') =>
  resident(deps, `account-${kind}-${patientId}`, patientId, kind);

export const stranger = ({ deps }: World): Promise<string> => resident(deps, 'account-stranger');

export function doctor({ deps }: World, practitionerId: string, institutionId: string): Promise<string> {
  return staff(deps, `acc-${practitionerId}`, ['practitioner', 'family-doctor'], {
    institutionId,
    practitionerId,
  });
}

let numbers = 0;

/** A final blood count of the patient, ordered by the county's cardiologist, unless something else is said. */
export function row(more: object = {}): object {
  numbers += 1;
  return {
    reportNumber: `LIS-${numbers}`,
    version: 1,
    issuedAt: '2026-03-01T03:00:00.000Z',
    effectiveAt: '2026-03-01T01:00:00.000Z',
    status: 'FINAL',
    kind: 'LABORATORY',
    patient: LIN,
    examination: { code: 'CBC', name: '血常规' },
    order: { practitionerId: 'dr-order', departmentId: 'cardiology' },
    results: [potassium(4.1)],
    ...more,
  };
}

export function potassium(value: number, more: object = {}): object {
  return { code: 'K', name: '钾', value, unit: 'mmol/L', low: 3.5, high: 5.3, ...more };
}

export const homePath = (reportId = '', patientId = PATIENT, more = ''): string =>
  [`/report/patients/${patientId}/reports`, reportId, more].filter((part) => part !== '').join('/');

export const staffPath = (institutionId: string, reportId = '', patientId = PATIENT, more = ''): string =>
  [`/report/institutions/${institutionId}/patients/${patientId}/reports`, reportId, more]
    .filter((part) => part !== '')
    .join('/');

export const TREATMENT = { purpose: 'TREATMENT' };

/** All of an answer but the id of the request, which is another each time. */
export function told({ status, body }: Answer): unknown {
  return { status, body: { ...(body as object), requestId: '' } };
}
