import type { APIGatewayProxyEventV2, Context as LambdaContext } from 'aws-lambda';
import { directory } from '../../../functions/directory/context.ts';
import { createInstitution } from '../../../functions/directory/create-institution.ts';
import { createDepartment } from '../../../functions/directory/save-department.ts';
import { createPractitioner } from '../../../functions/directory/save-practitioner.ts';
import {
  type DepartmentFacts,
  type InstitutionFacts,
  institutions,
  type Practitioner,
  type PractitionerFacts,
} from '../../../functions/directory/store.ts';
import type { StaffActor } from '../../../shared/access/actor.ts';
import { eventOf } from '../../../shared/data/carried.ts';
import type { DomainEvent } from '../../../shared/data/table.ts';
import { createApi } from '../../../shared/http/api.ts';
import { createWorker } from '../../../shared/worker.ts';
import { onTheBus } from '../../support/bus.ts';
import { type TestDeps, type TestDepsOptions, testDeps } from '../../support/deps.ts';

/** 郏县's centre, roughly. */
export const CENTRE = { latitude: 33.972, longitude: 113.212 };

export interface Answer {
  readonly status: number;
  readonly body: Record<string, never>;
}

export interface Scene {
  readonly deps: TestDeps;
  /** Events in the order they were written. */
  readonly events: DomainEvent[];
  get(path: string, as?: Partial<StaffActor>): Promise<Answer>;
  send(
    method: 'POST' | 'PUT' | 'DELETE',
    path: string,
    body: unknown,
    as?: Partial<StaffActor>,
    key?: string,
  ): Promise<Answer>;
  /** Hands every event written so far to the worker, the last one first and each twice. */
  deliver(): Promise<void>;
  /** Hands the worker the event that an institution's record holds. */
  redeliver(institutionId: string): Promise<void>;
}

/** The API and worker of directory over the table in memory, called as API Gateway and the bus call them. */
export function scene(options: TestDepsOptions = {}): Scene {
  const events: DomainEvent[] = [];
  const deps = testDeps({
    ...options,
    memory: {
      ...options.memory,
      onChange: ({ old, new: item }) => {
        const event = item === undefined ? undefined : eventOf(item);
        const known = old === undefined ? undefined : eventOf(old);
        if (event !== undefined && event.id !== known?.id) events.push(event);
      },
    },
  });
  const api = createApi(directory, deps);
  const worker = createWorker(directory, deps);
  let requests = 0;

  async function answered(
    method: string,
    path: string,
    parts: { readonly body?: unknown; readonly as?: Partial<StaffActor> | undefined; readonly key?: string },
  ): Promise<Answer> {
    const [rawPath = '', rawQueryString = ''] = path.split('?');
    requests += 1;
    const token = parts.as === undefined ? undefined : await signIn(deps, parts.as);
    const event = {
      version: '2.0',
      rawPath,
      rawQueryString,
      queryStringParameters: Object.fromEntries(new URLSearchParams(rawQueryString)),
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(method === 'POST' ? { 'idempotency-key': parts.key ?? `request-${requests}` } : {}),
      },
      requestContext: { requestId: `r${requests}`, http: { method, path: rawPath } },
      ...(parts.body === undefined ? {} : { body: JSON.stringify(parts.body) }),
      isBase64Encoded: false,
    } as unknown as APIGatewayProxyEventV2;
    const response = await api(event, {} as LambdaContext);
    return { status: response.statusCode, body: JSON.parse(response.body) };
  }

  const call: typeof answered = async (method, path, parts) => {
    const work = (): Promise<Answer> => answered(method, path, parts);
    return deps.meter?.request(directory, method, path.split('?')[0] ?? '', work) ?? work();
  };

  async function handOver(event: DomainEvent): Promise<void> {
    const detail = onTheBus(event);
    await worker({ detail } as never, {} as LambdaContext);
  }

  return {
    deps,
    events,
    get: (path, as) => call('GET', path, { as }),
    send: (method, path, body, as = authority, key) =>
      call(method, path, { body, as, ...(key === undefined ? {} : { key }) }),
    async deliver() {
      for (const event of events.toReversed().flatMap((each) => [each, each])) {
        if (event.type === 'directory.institution-changed') await handOver(event);
      }
    },
    async redeliver(institutionId) {
      const item = await deps.table.get(institutions.key(institutionId), { consistent: true });
      const event = item === undefined ? undefined : eventOf(item);
      if (event === undefined) throw new Error('the record holds no event');
      await handOver(event);
    },
  };
}

export const authority: Partial<StaffActor> = { institutionId: 'city-office', roles: ['health-authority'] };
export const administratorOf = (institutionId: string): Partial<StaffActor> => ({
  institutionId,
  roles: ['institution-administrator'],
});

async function signIn(deps: TestDeps, as: Partial<StaffActor>): Promise<string> {
  const accountId = `staff-${as.institutionId}-${as.roles?.join('-')}`;
  await deps.table.put({ pk: `session#${accountId}`, sk: 'version', version: 1 });
  const actor = {
    kind: 'staff' as const,
    accountId,
    institutionId: 'hospital',
    roles: [],
    secondFactor: true,
    ...as,
    version: 1,
  };
  return (await deps.sessions.issue(actor, 3_600_000)).token;
}

export function institutionFacts(facts: Partial<InstitutionFacts> = {}): InstitutionFacts {
  return {
    name: '测试机构',
    level: 'secondary',
    kind: 'general-hospital',
    divisionCode: '410425001',
    address: '郏县',
    location: CENTRE,
    ...facts,
  };
}

export function practitionerFacts(facts: Partial<PractitionerFacts> = {}): PractitionerFacts {
  return {
    name: '王立群',
    title: 'chief',
    specialties: '高血压',
    diseaseTags: ['高血压'],
    familyDoctor: false,
    ...facts,
  };
}

/**
 * city-office ─ county-office ─ hospital ─ town ─ clinic
 *             └ far-hospital  └ second-hospital
 * hospital and second-hospital offer cardiology (03.04), town and clinic general practice (02).
 */
export async function smallCity(options: TestDepsOptions = {}): Promise<Scene> {
  const made = scene(options);
  const { deps } = made;
  const office = { level: 'authority', kind: 'health-authority' } as const;
  await add(deps, 'city-office', undefined, { ...office, name: '市卫健委', divisionCode: '410400' });
  await add(deps, 'county-office', 'city-office', { ...office, name: '县卫健委', divisionCode: '410425' });
  await add(deps, 'far-hospital', 'city-office', {
    name: '市第一医院',
    level: 'tertiary',
    divisionCode: '410403',
    location: { latitude: 33.743, longitude: 113.323 },
  });
  await add(deps, 'hospital', 'county-office', { name: '县人民医院' });
  await add(deps, 'second-hospital', 'county-office', {
    name: '县中医院',
    location: { latitude: 33.98, longitude: 113.23 },
  });
  await add(deps, 'town', 'hospital', {
    name: '冢头镇卫生院',
    level: 'township',
    kind: 'township-health-centre',
    divisionCode: '410425101',
    location: { latitude: 34.033, longitude: 113.33 },
  });
  await add(deps, 'clinic', 'town', {
    name: '北街村卫生室',
    level: 'village',
    kind: 'village-clinic',
    divisionCode: '410425101201',
    location: { latitude: 34.034, longitude: 113.331 },
  });
  await offer(deps, 'hospital', 'cardiology', { name: '心血管内科', serviceCategory: '03.04' });
  await offer(deps, 'hospital', 'surgery', { name: '普外科', serviceCategory: '04.01' });
  await offer(deps, 'second-hospital', 'heart', { name: '心内科', serviceCategory: '03.04' });
  await offer(deps, 'far-hospital', 'cardiac', { name: '心血管中心', serviceCategory: '03.04' });
  await offer(deps, 'town', 'general', { name: '全科', serviceCategory: '02' });
  await offer(deps, 'clinic', 'village-general', { name: '卫生室', serviceCategory: '02' });
  return made;
}

export function add(
  deps: TestDeps,
  institutionId: string,
  parentId: string | undefined,
  facts: Partial<InstitutionFacts>,
): Promise<unknown> {
  const parent = parentId === undefined ? {} : { parentId };
  return createInstitution(deps, { institutionId, ...parent, facts: institutionFacts(facts) });
}

function offer(
  deps: TestDeps,
  institutionId: string,
  departmentId: string,
  facts: DepartmentFacts,
): Promise<unknown> {
  return createDepartment(deps, { institutionId, departmentId, facts });
}

export function employ(
  deps: TestDeps,
  practitionerId: string,
  [institutionId, departmentId]: readonly [string, string],
  facts: Partial<PractitionerFacts> = {},
): Promise<Practitioner> {
  return createPractitioner(deps, {
    practitionerId,
    institutionId,
    departmentId,
    facts: practitionerFacts(facts),
  });
}

/** Everything directory wrote, to show that a refused change left nothing behind. */
export function written({ deps }: Pick<Scene, 'deps'>): string {
  return JSON.stringify(deps.all().filter(({ pk }) => /^(directory|institution)#/.test(pk)));
}
