import { allow, patient, signed } from '../../shared/access/grants.ts';
import { route } from '../../shared/context.ts';
import { doerOf } from './actor-of.ts';
import { checkIn } from './attend.ts';
import { bookAppointment, reasonsAgainst } from './book-appointment.ts';
import { cancelAppointment } from './cancel-appointment.ts';
import { confirmAppointment } from './confirm-appointment.ts';
import * as contract from './contracts.ts';
import { bookingErrors } from './errors.ts';
import { listAppointments } from './list-appointments.ts';
import { recordFrom } from './patient-record.ts';
import { rescheduleAppointment } from './reschedule-appointment.ts';
import { appointments, records } from './store.ts';
import { viewOf } from './views.ts';
import { joinWaitlist, leaveWaitlist, waitlistPlace } from './waitlist.ts';

const byPatient = allow('resident', patient());
/** A family doctor acts for a resident who signed with them, from the community pool. */
const byPatientOrDoctor = [...byPatient, ...allow(['family-doctor', 'village-doctor'], signed())];

const REFUSALS = [
  'BOOKING_REFUSED',
  'SOLD_OUT',
  'ALREADY_BOOKED',
  'HOLD_LAPSED',
  'SCHEDULE_NOT_FOUND',
  'PATIENT_UNKNOWN',
];

function channelOf(role: string): 'COMMUNITY' | 'MINI_PROGRAM' {
  return role === 'resident' ? 'MINI_PROGRAM' : 'COMMUNITY';
}

function oneOf({
  params,
}: {
  readonly params: { readonly patientId: string; readonly appointmentId: string };
}) {
  return [{ patientId: params.patientId, subjectId: params.appointmentId }];
}

export const patientRoutes = [
  route({
    method: 'POST',
    path: '/booking/patients/{patientId}/appointments',
    summary: '预约挂号（可先占号）',
    access: byPatientOrDoctor,
    request: { params: contract.patientParams, body: contract.bookBody },
    response: contract.appointmentView,
    status: 201,
    errors: REFUSALS,
    audit: 'by-event',
    handle: async (deps, call) => {
      const { scheduleId, slot, hold } = call.body;
      const appointment = await bookAppointment(deps, {
        patientId: call.params.patientId,
        scheduleId,
        ...(slot === undefined ? {} : { slot }),
        hold,
        channel: channelOf(call.actor?.kind ?? 'resident'),
        requestKey: call.requestKey,
        doer: doerOf(call),
      });
      return viewOf(appointment);
    },
  }),
  route({
    method: 'GET',
    path: '/booking/patients/{patientId}/appointments',
    summary: '我的预约',
    access: byPatientOrDoctor,
    request: { params: contract.patientParams, query: contract.appointmentQuery },
    response: contract.appointmentList,
    audit: {
      subject: 'appointments',
      action: 'READ',
      of: ({ params }) => [{ patientId: params.patientId, subjectId: 'list' }],
    },
    handle: (deps, { params, query }) => listAppointments(deps, params.patientId, query.after),
  }),
  route({
    method: 'GET',
    path: '/booking/patients/{patientId}/appointments/{appointmentId}',
    summary: '预约详情',
    access: byPatientOrDoctor,
    request: { params: contract.appointmentParams },
    response: contract.appointmentView,
    errors: ['APPOINTMENT_NOT_FOUND'],
    audit: { subject: 'appointment', action: 'READ', of: oneOf },
    handle: async (deps, { params }) => {
      const appointment = await appointments.get(deps.table, params, { consistent: true });
      if (appointment === undefined) throw bookingErrors.refusal('APPOINTMENT_NOT_FOUND');
      return viewOf(appointment);
    },
  }),
  route({
    method: 'POST',
    path: '/booking/patients/{patientId}/appointments/{appointmentId}/confirm',
    summary: '确认占号或候补名额',
    access: byPatientOrDoctor,
    request: { params: contract.appointmentParams, body: contract.emptyBody },
    response: contract.appointmentView,
    errors: ['APPOINTMENT_NOT_FOUND', 'WRONG_STATE', 'HOLD_LAPSED', 'PAYMENT_DUE'],
    audit: 'by-event',
    handle: async (deps, call) => viewOf(await confirmAppointment(deps, call.params, doerOf(call))),
  }),
  route({
    method: 'POST',
    path: '/booking/patients/{patientId}/appointments/{appointmentId}/cancel',
    summary: '取消预约',
    access: byPatientOrDoctor,
    request: { params: contract.appointmentParams, body: contract.cancelBody },
    response: contract.appointmentView,
    errors: ['APPOINTMENT_NOT_FOUND', 'WRONG_STATE', 'CANCEL_TOO_LATE', 'PAYMENT_UNDER_WAY'],
    audit: 'by-event',
    handle: async (deps, call) => {
      const { reason } = call.body;
      const cancelled = await cancelAppointment(deps, call.params, {
        doer: doerOf(call),
        ...(reason === undefined ? {} : { reason }),
      });
      return viewOf(cancelled);
    },
  }),
  route({
    method: 'POST',
    path: '/booking/patients/{patientId}/appointments/{appointmentId}/reschedule',
    summary: '改约（要么全部成功，要么不变）',
    access: byPatientOrDoctor,
    request: { params: contract.appointmentParams, body: contract.rescheduleBody },
    response: contract.appointmentView,
    status: 201,
    errors: [
      ...REFUSALS,
      'APPOINTMENT_NOT_FOUND',
      'WRONG_STATE',
      'CANCEL_TOO_LATE',
      'FEE_DIFFERS',
      'GIVEN_BY_REFERRAL',
    ],
    audit: 'by-event',
    handle: async (deps, call) => {
      const { scheduleId, slot } = call.body;
      const next = await rescheduleAppointment(deps, {
        id: call.params,
        scheduleId,
        ...(slot === undefined ? {} : { slot }),
        channel: channelOf(call.actor?.kind ?? 'resident'),
        requestKey: call.requestKey,
        doer: doerOf(call),
      });
      return viewOf(next);
    },
  }),
  route({
    method: 'POST',
    path: '/booking/patients/{patientId}/appointments/{appointmentId}/check-in',
    summary: '签到',
    access: byPatient,
    request: { params: contract.appointmentParams, body: contract.emptyBody },
    response: contract.appointmentView,
    errors: ['APPOINTMENT_NOT_FOUND', 'WRONG_STATE', 'CHECK_IN_NOT_OPEN', 'CHECK_IN_TOO_LATE'],
    audit: 'by-event',
    handle: async (deps, call) => viewOf(await checkIn(deps, call.params, doerOf(call))),
  }),
  route({
    method: 'GET',
    path: '/booking/patients/{patientId}/schedules/{scheduleId}/standing',
    summary: '现在能否预约该次出诊，不能时列出全部原因',
    access: byPatientOrDoctor,
    request: { params: contract.patientScheduleParams },
    response: contract.standingView,
    errors: ['SCHEDULE_NOT_FOUND', 'PATIENT_UNKNOWN'],
    audit: {
      subject: 'booking-record',
      action: 'READ',
      of: ({ params }) => [{ patientId: params.patientId, subjectId: params.scheduleId }],
    },
    handle: async (deps, call) => ({
      reasons: [
        ...(await reasonsAgainst(deps, {
          ...call.params,
          hold: false,
          channel: channelOf(call.actor?.kind ?? 'resident'),
          requestKey: '',
          doer: doerOf(call),
        })),
      ],
    }),
  }),
  route({
    method: 'GET',
    path: '/booking/patients/{patientId}/record',
    summary: '爽约记录与暂停预约',
    access: byPatientOrDoctor,
    request: { params: contract.patientParams },
    response: contract.recordView,
    audit: {
      subject: 'booking-record',
      action: 'READ',
      of: ({ params }) => [{ patientId: params.patientId, subjectId: 'record' }],
    },
    handle: async (deps, { params }) => {
      const { bans, entries } = recordFrom(await records.get(deps.table, params.patientId));
      return { bans: [...bans], noShows: Object.values(entries).filter(({ state }) => state === 'N') };
    },
  }),
  route({
    method: 'POST',
    path: '/booking/patients/{patientId}/schedules/{scheduleId}/waitlist',
    summary: '加入候补',
    access: byPatient,
    request: { params: contract.patientScheduleParams, body: contract.emptyBody },
    response: contract.waitlistView,
    status: 201,
    errors: [...REFUSALS, 'WAITLIST_FULL', 'WAITLIST_NOT_NEEDED', 'ALREADY_WAITING'],
    audit: {
      subject: 'waitlist',
      action: 'WRITE',
      of: ({ params }) => [{ patientId: params.patientId, subjectId: params.scheduleId }],
    },
    handle: async (deps, call) => {
      const { entry, ahead } = await joinWaitlist(deps, call.params, {
        requestKey: call.requestKey,
        doer: doerOf(call),
      });
      return { ...entry, ahead };
    },
  }),
  route({
    method: 'GET',
    path: '/booking/patients/{patientId}/schedules/{scheduleId}/waitlist',
    summary: '候补进度',
    access: byPatient,
    request: { params: contract.patientScheduleParams },
    response: contract.waitlistView,
    errors: ['NOT_WAITING'],
    audit: {
      subject: 'waitlist',
      action: 'READ',
      of: ({ params }) => [{ patientId: params.patientId, subjectId: params.scheduleId }],
    },
    handle: async (deps, { params }) => {
      const { entry, ahead } = await waitlistPlace(deps, params);
      return { ...entry, ahead };
    },
  }),
  route({
    method: 'DELETE',
    path: '/booking/patients/{patientId}/schedules/{scheduleId}/waitlist',
    summary: '退出候补',
    access: byPatient,
    request: { params: contract.patientScheduleParams },
    response: contract.waitlistView,
    errors: ['NOT_WAITING'],
    audit: {
      subject: 'waitlist',
      action: 'WRITE',
      of: ({ params }) => [{ patientId: params.patientId, subjectId: params.scheduleId }],
    },
    handle: async (deps, { params }) => {
      const { entry, ahead } = await leaveWaitlist(deps, params);
      return { ...entry, ahead };
    },
  }),
];
