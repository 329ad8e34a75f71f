import { followup } from '../../functions/followup/context.ts';
import { newTaskOperation } from '../../functions/followup/moves.ts';
import type { Task } from '../../functions/followup/store.ts';
import { notification } from '../../functions/notification/context.ts';
import { isQuiet } from '../../functions/notification/quiet-hours.ts';
import { institutions, type Message, messages } from '../../functions/notification/store.ts';
import { usualNotification } from '../../infra/cities/policy/notification.ts';
import { relationItem } from '../../shared/access/care-relations.ts';
import { openidItem } from '../../shared/access/openid-view.ts';
import { patientProfileItem } from '../../shared/access/patient-view.ts';
import { phoneItem } from '../../shared/access/phone-view.ts';
import type { DomainEvent, Table } from '../../shared/data/table.ts';
import type { TextMessage } from '../../shared/sms/sms-provider.ts';
import { createWorker, type WorkerHandler } from '../../shared/worker.ts';
import { LAMBDA } from '../contexts/booking/scene.ts';
import { broughtBy, onTheBus } from '../support/bus.ts';
import { crashingTable } from '../support/crashing-table.ts';
import { type TestDeps, testDeps } from '../support/deps.ts';

/** `REMINDERS_SCALE=10` for a tenth. */
const SCALE = Number(process.env['REMINDERS_SCALE'] ?? 1);
const REMINDERS = Math.round(100_000 / SCALE);
const TASKS = 5;
/** Monday 2 March 2026, a minute before reminders begin. */
const START = '2026-03-02T00:29:00.000Z';
const DUE_ON = '2026-03-03';
const KILLS = 10;
/** Workers that the bus keeps busy at once, and events that it hands out in a second. */
const LANES = 50;
const EVENTS_A_SECOND = 150;
const ONE_IN = 20;
/** A provider's answer takes 100 ms; a sweep has four of them under way. */
const CALL_MS = 25;
const MINUTE_MS = 60_000;
const MORNING_MS = 6 * 3_600_000;

type Provider = 'WECHAT' | 'SMS';

/** What stands on screens and telephones, and what went wrong on the way. */
class Providers {
  /** By reminder, how often on each channel. */
  readonly arrived = new Map<string, Map<Provider, number>>();
  calls = 0;
  failures = 0;
  atNight = 0;
  lastAt = 0;
  /** How far each call moves the clock: events are handled by so many side by side that they take their second. */
  callMs = 0;
  readonly #requests = new Set<string>();
  readonly #deps: TestDeps;

  constructor(deps: TestDeps) {
    this.#deps = deps;
  }

  /** One in twenty is not taken, in turns busy and not reached. */
  fails(): boolean {
    this.calls += 1;
    this.#deps.clock.advance(this.callMs);
    const failed = this.calls % ONE_IN === 0;
    if (failed) this.failures += 1;
    return failed;
  }

  arrive(provider: Provider, reminder: string): void {
    const now = this.#deps.clock.now();
    const heard = this.arrived.get(reminder) ?? new Map<Provider, number>();
    this.arrived.set(reminder, heard.set(provider, (heard.get(provider) ?? 0) + 1));
    const [policy] = usualNotification;
    if (policy === undefined || isQuiet(policy.values.quiet, now)) this.atNight += 1;
    this.lastAt = now;
  }

  readonly weChatMessages = {
    send: async ({ openid, keywords }: { openid: string; keywords: Readonly<Record<string, string>> }) => {
      if (this.fails()) return this.failures % 2 === 0 ? { errcode: -1 } : 'NOT_REACHED';
      this.arrive('WECHAT', reminderOf(openid.slice('openid-'.length), keywords['thing1']));
      return 'SENT';
    },
  };
  readonly sms = {
    send: async ({ phone, params, requestId }: TextMessage) => {
      if (this.fails()) return this.failures % 2 === 0 ? { code: 'BUSY' } : 'NOT_REACHED';
      // As the port demands: the same request again is the same message.
      if (!this.#requests.has(requestId)) this.arrive('SMS', reminderOf(phone.slice(2), params['hospital']));
      this.#requests.add(requestId);
      return 'SENT';
    },
  };
}

/** Whose reminder it is, and at which place: the same on every channel. */
function reminderOf(person: string, place = ''): string {
  return `${Number(person)}|${place}`;
}

/**
 * 100,000 follow-up reminders in one morning, from the task's timer to the screen, over the table in memory and a clock
 * that is moved by seconds: both contexts' sweeps killed ten times each, every twentieth call of a provider failing.
 */
export async function reminders(): Promise<boolean> {
  const queue: DomainEvent[] = [];
  const deps = testDeps({
    start: START,
    memory: {
      onChange: (change) => {
        const event = broughtBy(change);
        if (event?.type === 'followup.reminder-due') queue.push(event);
      },
    },
  });
  const providers = new Providers(deps);
  const workerOf = (table: Table): WorkerHandler =>
    createWorker(notification, { ...deps, table, ...providers } as never);
  const [reminding, telling] = [createWorker(followup, deps), workerOf(deps.table)];
  await prepare(deps);
  queue.length = 0;
  const began = performance.now();
  const start = deps.clock.now();
  const passed = (): number => deps.clock.now() - start;
  const remindingOver = (table: Table): WorkerHandler => createWorker(followup, { ...deps, table });
  let [kills, sweeps] = [0, 0];
  for (let nextSweep = 0; passed() < MORNING_MS; ) {
    if (passed() >= nextSweep) {
      nextSweep += MINUTE_MS;
      const fatal = sweeps % 4 === 2 ? fatalWrite(sweeps / 4) : undefined;
      sweeps += 1;
      providers.callMs = CALL_MS;
      kills += await swept(reminding, remindingOver, kills < KILLS ? fatal : undefined, deps);
      kills += await swept(telling, workerOf, kills < 2 * KILLS ? fatal : undefined, deps);
      providers.callMs = 0;
      if (queue.length === 0 && passed() > 3_600_000 && isAtRest(deps)) break;
    }
    await delivered(queue, telling);
    deps.clock.advance(1_000);
  }
  return report(deps, providers, {
    kills,
    seconds: Math.round(passed() / 1000),
    wall: (performance.now() - began) / 1000,
  });
}

/** Another one each time: as timers are claimed, as messages begin to be sent, and when they have been. */
function fatalWrite(turn: number): number {
  return 2 + 5 * (Math.floor(turn) % 5);
}

/** A sweep, or one whose process dies at a write; calls that it has begun arrive, and the next finds what it left. */
async function swept(
  whole: WorkerHandler,
  over: (table: Table) => WorkerHandler,
  fatal: number | undefined,
  deps: TestDeps,
): Promise<number> {
  if (fatal === undefined) {
    await whole({ sweep: true }, LAMBDA);
    return 0;
  }
  const crashing = crashingTable(deps.table, { nth: fatal, accident: 'after' });
  await over(crashing.table)({ sweep: true }, LAMBDA).catch(() => {});
  return crashing.happened() ? 1 : 0;
}

/** What the bus does in a second: events side by side, and again what was not taken. */
async function delivered(queue: DomainEvent[], worker: WorkerHandler): Promise<void> {
  const events = queue.splice(0, EVENTS_A_SECOND);
  const lane = async (): Promise<void> => {
    for (let event = events.shift(); event !== undefined; event = events.shift()) {
      const message = { detail: onTheBus(event) } as never;
      await worker(message, LAMBDA).catch(() => queue.push(event));
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

function isAtRest(deps: TestDeps): boolean {
  const waits = allMessages(deps).some(({ wakeAt }) => wakeAt !== undefined);
  return !waits && !deps.all().some(({ sk, status }) => sk.startsWith('task#') && status === 'DUE');
}

function allMessages(deps: TestDeps): readonly Message[] {
  return deps
    .all()
    .filter(({ sk }) => sk.startsWith('message#'))
    .map((item) => messages.from(item));
}

/** Residents with five tasks each, at five places; every fifth has agreed to no message and is reached by text. */
async function prepare(deps: TestDeps): Promise<void> {
  const { table } = deps;
  for (let place = 0; place < TASKS; place += 1) {
    const institutionId = `clinic-${place}`;
    await institutions.put(table, institutionId, { institutionId, name: `第${place}卫生院`, version: 1 });
  }
  for (let person = 0; person < REMINDERS / TASKS; person += 1) {
    const patientId = `pat${String(person).padStart(6, '0')}`;
    const accountId = `account-${person}`;
    const phone = `13${String(person).padStart(9, '0')}`;
    await table.put(relationItem({ patientId, kind: 'SELF', holderId: accountId, since: START }));
    await table.put(await openidItem(deps, accountId, `openid-${person}`));
    await table.put(await phoneItem(deps, accountId, phone));
    await table.put(
      await patientProfileItem(deps, patientId, {
        birthDate: '1960-05-05',
        sex: 'female',
        synthetic: true,
        maskedName: '李**',
      }),
    );
    if (person % 5 !== 0)
      await table.put({
        pk: `notification#recipient#${accountId}`,
        sk: 'credit#FOLLOW_UP_REMINDER',
        template: 'FOLLOW_UP_REMINDER',
        left: TASKS,
        granted: TASKS,
      });
    for (let place = 0; place < TASKS; place += 1)
      await table.transact([newTaskOperation(deps, taskOf(patientId, place))]);
  }
}

function taskOf(patientId: string, place: number): Task {
  return {
    patientId,
    planId: `plan-${place}`,
    taskId: `${patientId}-${place}-0001`,
    institutionId: `clinic-${place}`,
    template: 'HYPERTENSION',
    kind: 'VISIT',
    status: 'DUE',
    version: 1,
    from: DUE_ON,
    at: DUE_ON,
    until: DUE_ON,
    dueOn: DUE_ON,
    rules: [],
    reminders: 0,
    deferrals: 0,
    history: [],
    requestKey: '',
  };
}

function report(
  deps: TestDeps,
  { arrived, calls, failures, atNight, lastAt }: Providers,
  { kills, seconds, wall }: { kills: number; seconds: number; wall: number },
): boolean {
  const all = allMessages(deps);
  const times = [...arrived.values()].map((channels) => [...channels.values()]);
  const doubled = times.filter((channels) => channels.some((one) => one > 1)).length;
  const onTwo = times.filter((channels) => channels.length > 1).length;
  const lost = REMINDERS - arrived.size;
  const byChannel = (channel: string): number =>
    all.filter((one) => one.channel === channel && one.status === 'SENT').length;
  console.log(`| reminders due | ${REMINDERS} |`);
  console.log(`| arrived by WeChat / by text | ${byChannel('WECHAT')} / ${byChannel('SMS')} |`);
  console.log(`| lost / twice on one channel / at night | ${lost} / ${doubled} / ${atNight} |`);
  console.log(`| heard on two channels: a sweep died in mid-call | ${onTwo} |`);
  console.log(`| sweeps killed | ${kills} |`);
  console.log(`| provider calls, of them failed | ${calls}, ${failures} |`);
  console.log(
    `| the last arrived after (city time) | ${Math.round((lastAt - Date.parse(START)) / 60_000)} min |`,
  );
  console.log(`| seconds of city time, of this machine | ${seconds}, ${wall.toFixed(1)} |`);
  console.log(`| reminders a second of this machine | ${(REMINDERS / wall).toFixed(0)} |`);
  return lost === 0 && doubled === 0 && atNight === 0 && kills >= KILLS && all.length === REMINDERS;
}
