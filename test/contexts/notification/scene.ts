import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { notification } from '../../../functions/notification/context.ts';
import { messageMoved } from '../../../functions/notification/contracts.ts';
import { smsSecret, weChatSecret } from '../../../functions/notification/notification-deps.ts';
import type { NotificationPolicy } from '../../../functions/notification/policy.ts';
import { type Message, messages } from '../../../functions/notification/store.ts';
import type { TemplateName } from '../../../functions/notification/templates.ts';
import { demo } from '../../../infra/cities/demo.ts';
import { usualNotification } from '../../../infra/cities/policy/notification.ts';
import { smsTemplatesOf, weChatTemplatesOf } from '../../../infra/local/message-templates.ts';
import { type SmsStandIn, startSms } from '../../../infra/local/sms/server.ts';
import { laptopProgram, openIdOf } from '../../../infra/local/wechat/mini-program.ts';
import { startWeChat, type WeChatStandIn } from '../../../infra/local/wechat/server.ts';
import { relationItem } from '../../../shared/access/care-relations.ts';
import { openidItem } from '../../../shared/access/openid-view.ts';
import { writePatientProfile } from '../../../shared/access/patient-view.ts';
import { phoneItem } from '../../../shared/access/phone-view.ts';
import { eventOf } from '../../../shared/data/carried.ts';
import type { DomainEvent, Table, Value } from '../../../shared/data/table.ts';
import type { Deps } from '../../../shared/deps.ts';
import type { City } from '../../../shared/policy/city.ts';
import { putSecret } from '../../../shared/privacy/secrets.ts';
import { createWorker } from '../../../shared/worker.ts';
import { onTheBus } from '../../support/bus.ts';
import { cityWith } from '../../support/city-policy.ts';
import { type TestDeps, testDeps } from '../../support/deps.ts';
import type { Meter } from '../../support/meter.ts';
import { type Door, door } from '../booking/door.ts';
import { LAMBDA } from '../booking/scene.ts';

/** Monday 2 March 2026, 10:00 in China. */
export const MORNING = '2026-03-02T02:00:00.000Z';
/** The same day at 23:00. */
export const NIGHT = '2026-03-02T15:00:00.000Z';
export const PATIENT = 'pat00001';
export const ACCOUNT = 'account-mother';
export const PERSON = 'mother';
export const PHONE = '13800000001';
export const HOSPITAL = 'county-hospital';
export const DEPARTMENT = 'cardiology';
export const DOCTOR = 'doctor-1';
export const TEAM = 'team-1';

export interface Scene {
  readonly deps: TestDeps;
  readonly wechat: WeChatStandIn;
  readonly sms: SmsStandIn;
  /** Of notification, oldest first. */
  readonly events: DomainEvent[];
  readonly ask: Door;
  /** Another context tells of something, as often as said. */
  tell(
    type: string,
    data: Readonly<Record<string, Value>>,
    how?: { id?: string; at?: string },
  ): Promise<void>;
  /** The popup, agreed to so many times, and reported. */
  agree(template: TemplateName, times?: number, person?: string): Promise<void>;
  sweep(): Promise<void>;
  /** From one thing that is due to the next. */
  pass(ms: number): Promise<void>;
  /** All messages, by when they were made. */
  messages(): readonly Message[];
  /** What stands on somebody's screen. */
  inbox(person?: string): readonly string[][];
  texts(phone?: string): readonly string[];
}

export interface SceneOptions {
  readonly start?: string;
  readonly policy?: Partial<NotificationPolicy>;
  readonly wrap?: (table: Table) => Table;
  readonly meter?: Meter;
}

export function policyOf(change: Partial<NotificationPolicy> = {}): NotificationPolicy {
  const [usual] = usualNotification;
  if (usual === undefined) throw new Error('no policy');
  return { ...usual.values, ...change };
}

/** Notification over the table in memory, with WeChat and a provider of text messages on ports of their own. */
export async function scene(options: SceneOptions = {}): Promise<Scene> {
  const events: DomainEvent[] = [];
  const policy = policyOf(options.policy);
  const city: City = {
    ...cityWith('demo', 'notification', policy),
    settings: { wechat: { appId: laptopProgram.appId } },
  };
  const base = testDeps({
    start: options.start ?? MORNING,
    city,
    ...(options.meter === undefined ? {} : { meter: options.meter }),
    memory: {
      onChange: ({ old, new: item }) => {
        const event = item === undefined ? undefined : eventOf(item);
        const known = old === undefined ? undefined : eventOf(old);
        if (event === undefined || event.id === known?.id) return;
        messageMoved.parse(event.data);
        events.push(event);
      },
    },
  });
  const folder = mkdtempSync(join(tmpdir(), 'notification-'));
  const raw = {
    policy: { ...demo.policy, notification: [{ from: '2020-01-01', source: 'a', values: policy }] },
  };
  const users = [
    { person: PERSON, phone: PHONE },
    { person: 'father', phone: '13800000002' },
  ];
  const wechat = await startWeChat({
    clock: base.clock,
    program: laptopProgram,
    users,
    folder,
    templates: weChatTemplatesOf(raw, base.clock),
  });
  const sms = await startSms({ clock: base.clock, folder, templates: smsTemplatesOf(raw, base.clock) });
  onTestFinished(async () => {
    await Promise.all([wechat.stop(), sms.stop()]);
    rmSync(folder, { recursive: true, force: true });
  });
  await putSecret(base, weChatSecret, laptopProgram.appSecret);
  await putSecret(base, smsSecret, JSON.stringify(sms.connection));
  await people(base);
  const table = (options.wrap ?? ((one) => one))(base.table);
  const deps: TestDeps = { ...base, table, env: { ...base.env, WECHAT_ENDPOINT: wechat.url } };
  return actions({ deps, wechat, sms, events });
}

/** A mother with the mini-program, and the names of one hospital. */
async function people(deps: Deps): Promise<void> {
  const since = '2026-01-01T00:00:00.000Z';
  const { table } = deps;
  await writePatientProfile(deps, PATIENT, {
    birthDate: '1990-05-05',
    sex: 'female',
    synthetic: true,
    maskedName: '李**',
  });
  await table.put(relationItem({ patientId: PATIENT, kind: 'SELF', holderId: ACCOUNT, since }));
  await table.put(await openidItem(deps, ACCOUNT, openIdOf(laptopProgram, { person: PERSON, phone: PHONE })));
  await table.put(await phoneItem(deps, ACCOUNT, PHONE));
  const worker = createWorker(notification, deps);
  const tell = (type: string, data: object) =>
    worker({ detail: onTheBus({ id: type, type, at: since, data: { ...data } }) } as never, LAMBDA);
  await tell('directory.institution-changed', { institutionId: HOSPITAL, name: '郏县人民医院', version: 1 });
  await tell('directory.department-changed', { departmentId: DEPARTMENT, name: '心血管内科', version: 1 });
  await tell('directory.practitioner-changed', { practitionerId: DOCTOR, name: '王建国', version: 1 });
  await tell('directory.care-team-changed', {
    careTeamId: TEAM,
    institutionId: HOSPITAL,
    leaderId: DOCTOR,
    name: '东街家庭医生团队',
    version: 1,
  });
}

function actions(parts: Pick<Scene, 'deps' | 'wechat' | 'sms' | 'events'>): Scene {
  const { deps, wechat, sms } = parts;
  // One container, which keeps what it knows of the providers.
  const worker = createWorker(notification, deps);
  let told = 0;
  const sweep = async (): Promise<void> => {
    await worker({ sweep: true }, LAMBDA);
  };
  const all = (): readonly Message[] =>
    deps
      .all()
      .filter(({ sk }) => sk.startsWith('message#'))
      .map((item) => messages.from(item));
  return {
    ...parts,
    ask: door(deps, notification),
    sweep,
    async tell(type, data, { id, at = new Date(deps.clock.now()).toISOString() } = {}) {
      told += 1;
      const event = { id: id ?? `event-${told}`, type, at, data: { ...data } };
      await worker({ detail: onTheBus(event) } as never, LAMBDA);
    },
    async agree(template, times = 1, person = PERSON) {
      const id = policyTemplate(template);
      for (let time = 0; time < times; time += 1) wechat.messages.consent(person, id);
      for (let time = 0; time < times; time += 1) {
        await deps.table.update(
          { pk: `notification#recipient#account-${person}`, sk: `credit#${template}` },
          { set: { template }, add: { left: 1, granted: 1 } },
        );
      }
    },
    async pass(ms) {
      const target = deps.clock.now() + ms;
      for (;;) {
        const due = deps
          .all()
          .flatMap(({ dueAt, dueShard }) =>
            typeof dueAt === 'string' && !String(dueShard).endsWith('parked') ? [Date.parse(dueAt)] : [],
          );
        const next = Math.min(...due, Number.POSITIVE_INFINITY);
        if (next > target) break;
        deps.clock.advance(Math.max(0, next - deps.clock.now()));
        await sweep();
      }
      deps.clock.advance(target - deps.clock.now());
    },
    messages: () => all().toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1)),
    inbox: (person) => wechat.messages.delivered(person).map(({ values }) => Object.values(values)),
    texts: (phone) =>
      sms.inbox
        .filter((text) => phone === undefined || text.phone === phone)
        .map(({ params }) => Object.values(params).join('|')),
  };
}

function policyTemplate(template: TemplateName): string {
  return policyOf().templates[template].wechat?.templateId ?? '';
}

/** As booking says that somebody has booked the doctor for the Friday. */
export const BOOKED = {
  patientId: PATIENT,
  appointmentId: '20260306A-doctor-1_1',
  by: ACCOUNT,
  institutionId: HOSPITAL,
  departmentId: DEPARTMENT,
  practitionerId: DOCTOR,
  day: '2026-03-06',
  start: '09:30',
} as const;

export const REMINDER = {
  patientId: PATIENT,
  planId: 'plan-1',
  taskId: 'task-1',
  institutionId: HOSPITAL,
  template: 'HYPERTENSION',
  dueOn: '2026-03-04',
} as const;
