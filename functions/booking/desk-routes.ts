import type * as z from 'zod/mini';
import type { Actor } from '../../shared/access/actor.ts';
import { allow, institution } from '../../shared/access/grants.ts';
import { type Route, route } from '../../shared/context.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import { doerOf } from './actor-of.ts';
import { addExtraNumber } from './add-extra-number.ts';
import { appointmentAtDesk, checkIn, takeVisitStep, type VisitStep } from './attend.ts';
import { bookAppointment } from './book-appointment.ts';
import { cancelAppointment } from './cancel-appointment.ts';
import { cancelSchedule } from './cancel-schedule.ts';
import * as contract from './contracts.ts';
import { createSchedule } from './create-schedule.ts';
import { bookingErrors } from './errors.ts';
import { findAlternatives, findWeek, showSchedule } from './find-schedules.ts';
import { listAtDesk } from './list-appointments.ts';
import { putTemplate } from './put-template.ts';
import { viewOf } from './views.ts';

const byAdministrator = allow('institution-administrator', institution());
const byScheduler = allow(['institution-administrator', 'clerk'], institution());
const AT_THE_WINDOW = ['institution-administrator', 'clerk', 'nurse'] as const;
const byDesk = allow([...AT_THE_WINDOW, 'call-centre-agent'], institution());
const byClinic = allow(['practitioner', 'family-doctor', 'nurse', 'clerk'], institution());

const VISIT_STEPS: readonly { readonly step: VisitStep; readonly summary: string }[] = [
  { step: 'call', summary: '叫号' },
  { step: 'miss', summary: '过号，退回候诊' },
  { step: 'start', summary: '开始就诊' },
  { step: 'fulfil', summary: '就诊完成' },
];

/** What the role alone does not say: who sets rules aside, and who sits at a window where bans end (rule I6). */
function checkDeskBooking(
  actor: Actor | undefined,
  { channel, override }: Pick<z.output<typeof contract.deskBookBody>, 'channel' | 'override'>,
): void {
  const roles: readonly string[] = actor?.roles ?? [];
  if (override !== undefined && !roles.includes('institution-administrator'))
    throw bookingErrors.refusal('OVERRIDE_FORBIDDEN');
  if (channel === 'ONSITE' && !AT_THE_WINDOW.some((role) => roles.includes(role)))
    throw bookingErrors.refusal('CHANNEL_FORBIDDEN');
}

/** Searching needs no session: nothing personal is in a timetable. */
export const publicRoutes = [
  route({
    method: 'GET',
    path: '/booking/institutions/{institutionId}/departments/{departmentId}/week',
    summary: '科室一周号源',
    access: 'public',
    request: { params: contract.departmentParams, query: contract.weekQuery },
    response: contract.weekView,
    handle: (deps, { params, query }) => findWeek(deps, params, query.from ?? dayOf(deps.clock.now())),
  }),
  route({
    method: 'GET',
    path: '/booking/schedules/{scheduleId}',
    summary: '出诊详情与各时段余号',
    access: 'public',
    request: { params: contract.scheduleParams },
    response: contract.scheduleView,
    errors: ['SCHEDULE_NOT_FOUND'],
    handle: (deps, { params }) => showSchedule(deps, params.scheduleId),
  }),
  route({
    method: 'GET',
    path: '/booking/schedules/{scheduleId}/alternatives',
    summary: '停诊或约满时的其他选择',
    access: 'public',
    request: { params: contract.scheduleParams },
    response: contract.alternativesView,
    errors: ['SCHEDULE_NOT_FOUND'],
    handle: (deps, { params }) => findAlternatives(deps, params.scheduleId),
  }),
];

export const deskRoutes = [
  route({
    method: 'PUT',
    path: '/booking/institutions/{institutionId}/templates/{templateId}',
    summary: '维护每周排班模板并生成排班',
    access: byScheduler,
    request: { params: contract.templateParams, body: contract.templateBody },
    response: contract.templateResponse,
    errors: ['SCHEDULE_INVALID'],
    handle: async (deps, { params, body }) => ({
      templateId: params.templateId,
      schedulesCreated: await putTemplate(deps, params, body),
    }),
  }),
  route({
    method: 'POST',
    path: '/booking/institutions/{institutionId}/schedules',
    summary: '增加一次出诊',
    access: byScheduler,
    request: { params: contract.institutionParams, body: contract.createScheduleBody },
    response: contract.scheduleView,
    status: 201,
    errors: ['SCHEDULE_INVALID', 'SCHEDULE_EXISTS'],
    handle: async (deps, { params, body, requestKey }) => {
      const made = await createSchedule(deps, params.institutionId, { ...body, requestKey });
      if (made === undefined) throw bookingErrors.refusal('SCHEDULE_EXISTS');
      return showSchedule(deps, made.scheduleId, { consistent: true });
    },
  }),
  route({
    method: 'POST',
    path: '/booking/institutions/{institutionId}/schedules/{scheduleId}/cancellation',
    summary: '停诊：取消该次出诊的全部预约',
    access: byScheduler,
    request: { params: contract.deskParams, body: contract.staffReasonBody },
    response: contract.scheduleCancelled,
    errors: ['SCHEDULE_NOT_FOUND', 'SCHEDULE_ENDED'],
    audit: 'by-event',
    handle: async (deps, call) => {
      const { scheduleId } = call.params;
      await cancelSchedule(deps, { ...call.params, reason: call.body.reason, doer: doerOf(call) });
      return { scheduleId, status: 'CANCELLED' as const };
    },
  }),
  route({
    method: 'POST',
    path: '/booking/institutions/{institutionId}/schedules/{scheduleId}/extra-numbers',
    summary: '加号',
    access: [...byAdministrator, ...allow('practitioner', institution())],
    request: { params: contract.deskParams, body: contract.extraNumberBody },
    response: contract.extraNumberView,
    status: 201,
    errors: [
      'SCHEDULE_NOT_FOUND',
      'SCHEDULE_CANCELLED',
      'SCHEDULE_ENDED',
      'NO_SUCH_SLOT',
      'TOO_MANY_NUMBERS',
    ],
    handle: async (deps, call) => {
      const number = await addExtraNumber(deps, {
        ...call.params,
        ...call.body,
        doer: doerOf(call),
        requestKey: call.requestKey,
      });
      return { scheduleId: call.params.scheduleId, number };
    },
  }),
  route({
    method: 'GET',
    path: '/booking/institutions/{institutionId}/schedules/{scheduleId}/appointments',
    summary: '该次出诊的预约名单',
    access: [...byDesk, ...allow(['practitioner', 'family-doctor'], institution())],
    request: { params: contract.deskParams },
    response: contract.deskList,
    errors: ['SCHEDULE_NOT_FOUND'],
    audit: {
      subject: 'appointment',
      action: 'READ',
      of: ({ response }) =>
        response.appointments.map(({ patientId, appointmentId }) => ({
          patientId,
          subjectId: appointmentId,
        })),
    },
    handle: (deps, { params }) => listAtDesk(deps, params),
  }),
  route({
    method: 'POST',
    path: '/booking/institutions/{institutionId}/schedules/{scheduleId}/appointments',
    summary: '窗口或电话代为预约；管理员可特批',
    access: byDesk,
    request: { params: contract.deskParams, body: contract.deskBookBody },
    response: contract.appointmentView,
    status: 201,
    errors: [
      'BOOKING_REFUSED',
      'SOLD_OUT',
      'ALREADY_BOOKED',
      'HOLD_LAPSED',
      'SCHEDULE_NOT_FOUND',
      'PATIENT_UNKNOWN',
      'OVERRIDE_FORBIDDEN',
      'CHANNEL_FORBIDDEN',
    ],
    audit: 'by-event',
    handle: async (deps, call) => {
      const { patientId, slot, hold, channel, override } = call.body;
      checkDeskBooking(call.actor, call.body);
      const appointment = await bookAppointment(deps, {
        ...call.params,
        patientId,
        ...(slot === undefined ? {} : { slot }),
        hold,
        channel,
        ...(override === undefined ? {} : { overrideReason: override.reason }),
        requestKey: call.requestKey,
        doer: doerOf(call),
      });
      return viewOf(appointment);
    },
  }),
  route({
    method: 'POST',
    path: '/booking/institutions/{institutionId}/schedules/{scheduleId}/patients/{patientId}/check-in',
    summary: '窗口代为签到',
    access: byDesk,
    request: { params: contract.deskPatientParams, body: contract.emptyBody },
    response: contract.appointmentView,
    errors: [
      'SCHEDULE_NOT_FOUND',
      'APPOINTMENT_NOT_FOUND',
      'WRONG_STATE',
      'CHECK_IN_NOT_OPEN',
      'CHECK_IN_TOO_LATE',
    ],
    audit: 'by-event',
    handle: async (deps, call) =>
      viewOf(await checkIn(deps, await appointmentAtDesk(deps, call.params), doerOf(call))),
  }),
  route({
    method: 'POST',
    path: '/booking/institutions/{institutionId}/schedules/{scheduleId}/patients/{patientId}/cancellation',
    summary: '窗口代为退号，不受线上取消时限限制',
    access: byDesk,
    request: { params: contract.deskPatientParams, body: contract.staffReasonBody },
    response: contract.appointmentView,
    errors: ['SCHEDULE_NOT_FOUND', 'APPOINTMENT_NOT_FOUND', 'WRONG_STATE', 'PAYMENT_UNDER_WAY'],
    audit: 'by-event',
    handle: async (deps, call) => {
      const { reason } = call.body;
      const id = await appointmentAtDesk(deps, call.params);
      return viewOf(await cancelAppointment(deps, id, { doer: doerOf(call), reason, atDesk: true }));
    },
  }),
  ...VISIT_STEPS.map(
    ({ step, summary }): Route =>
      route({
        method: 'POST',
        path: `/booking/institutions/{institutionId}/schedules/{scheduleId}/patients/{patientId}/${step}`,
        summary,
        access: byClinic,
        request: { params: contract.deskPatientParams, body: contract.emptyBody },
        response: contract.appointmentView,
        errors: ['SCHEDULE_NOT_FOUND', 'APPOINTMENT_NOT_FOUND', 'WRONG_STATE'],
        audit: 'by-event',
        handle: async (deps, call) =>
          viewOf(await takeVisitStep(deps, await appointmentAtDesk(deps, call.params), step, doerOf(call))),
      }),
  ),
];
