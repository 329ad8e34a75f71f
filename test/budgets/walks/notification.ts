import { notification } from '../../../functions/notification/context.ts';
import { resident, staff } from '../../contexts/booking/door.ts';
import {
  ACCOUNT,
  BOOKED,
  HOSPITAL,
  PATIENT,
  PHONE,
  REMINDER,
  type Scene,
  scene,
} from '../../contexts/notification/scene.ts';
import type { Meter } from '../../support/meter.ts';
import { asker } from './asker.ts';

const TASKS = '/notification/institutions/{institutionId}/phone-tasks';
const TASK = `${TASKS}/{recipientId}/{messageId}`;

/** What a resident may read and choose, and a nurse who calls whom nothing else reaches. */
export async function walkNotification(meter: Meter): Promise<void> {
  const made = await scene({ meter });
  const ask = asker(made.deps, notification);
  const me = () => resident(made.deps, ACCOUNT, PATIENT);
  const nurse = () => staff(made.deps, 'account-nurse', ['nurse'], { institutionId: HOSPITAL });
  const authority = () =>
    staff(made.deps, 'account-authority', ['health-authority'], { institutionId: 'county' });
  await made.tell('booking.appointment-booked', BOOKED);
  await ask('GET /notification/messages', {}, { as: me });
  const results = [{ template: 'APPOINTMENT_BOOKED', result: 'accept' }];
  await ask('POST /notification/consents', {}, { as: me, body: { results } });
  await ask('GET /notification/subscriptions', {}, { as: me });
  await ask('PUT /notification/preferences', {}, { as: me, body: { off: ['BOOKING'] } });
  const task = await calledTask(made, 'task-1', () =>
    ask(`GET ${TASKS}`, { institutionId: HOSPITAL }, { as: nurse }),
  );
  for (const step of ['claim', 'release', 'claim', 'unreachable', 'claim', 'done'])
    await ask(`POST ${TASK}/${step}`, task, { as: nurse });
  await ask('GET /notification/counts', {}, { as: authority, query: { day: '2026-03-02' } });
}

/** A reminder that only a call can bring: no consent, and the provider of text messages cannot deliver. */
async function calledTask(
  made: Scene,
  taskId: string,
  list: () => Promise<{
    readonly tasks: readonly { readonly recipientId: string; readonly messageId: string }[];
  }>,
): Promise<Record<string, string>> {
  made.sms.setFaults({ busy: 0, silent: 0, lostAnswers: 0, dead: [PHONE] });
  await made.tell('followup.reminder-due', { ...REMINDER, taskId });
  const [task] = (await list()).tasks;
  if (task === undefined) throw new Error('nobody is to be called');
  return { institutionId: HOSPITAL, recipientId: task.recipientId, messageId: task.messageId };
}
