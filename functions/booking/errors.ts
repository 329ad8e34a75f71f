import { defineErrors } from '../../shared/kernel/errors.ts';

export const bookingErrors = defineErrors({
  BOOKING_REFUSED: {
    status: 422,
    message: '暂时不能预约，请查看具体原因',
    note: 'one or more reasons, all listed in `reasons`',
  },
  SOLD_OUT: { status: 409, message: '该时段号源已约满', note: 'no free number in the pools of this channel' },
  NOT_OPEN_YET: { status: 422, message: '尚未到放号时间', note: 'the pool of this channel opens later' },
  BOOKING_CLOSED: { status: 422, message: '已过预约截止时间', note: 'after the booking cut-off' },
  SCHEDULE_CANCELLED: { status: 409, message: '该医生已停诊', note: 'the schedule was cancelled' },
  SCHEDULE_ENDED: { status: 409, message: '该次出诊已结束', note: 'the schedule is over' },
  LIMIT_REACHED: { status: 422, message: '已达到预约次数上限', note: '`detail.rule` names the limit' },
  BANNED: {
    status: 422,
    message: '因多次爽约或取消，暂停线上预约',
    note: '`detail.until` is the last day (I6: online only)',
  },
  TOO_YOUNG: { status: 422, message: '该年龄需由监护人到院办理', note: 'below the minimum age' },
  ALREADY_BOOKED: { status: 409, message: '您已预约该次出诊', note: 'one number a patient and schedule' },
  NO_SUCH_SLOT: { status: 422, message: '没有这个就诊时段', note: 'the slot is not in the schedule' },
  PATIENT_UNKNOWN: { status: 422, message: '未找到该就诊人', note: 'no verified patient of this id' },
  SCHEDULE_NOT_FOUND: {
    status: 404,
    message: '未找到该次出诊',
    note: 'no such schedule at this institution',
  },
  APPOINTMENT_NOT_FOUND: {
    status: 404,
    message: '未找到该预约',
    note: 'no such appointment of this patient',
  },
  WRONG_STATE: {
    status: 409,
    message: '预约当前状态不能进行此操作',
    note: '`context.status` is the state it is in',
  },
  HOLD_LAPSED: {
    status: 409,
    message: '号源保留已超时，请重新预约',
    note: 'the hold ended before this request',
  },
  PAYMENT_DUE: { status: 409, message: '请先完成支付', note: 'an online fee is open' },
  CANCEL_TOO_LATE: {
    status: 422,
    message: '已过取消截止时间，请联系医院',
    note: 'after the cancellation cut-off',
  },
  GIVEN_BY_REFERRAL: {
    status: 409,
    message: '转诊号请联系转诊中心改期',
    note: 'a number that a referral reserved is changed by the referral',
  },
  FEE_DIFFERS: {
    status: 422,
    message: '两次就诊的费用或收费机构不同，请先取消再重新预约',
    note: 'reschedule keeps the fee and who it is paid to',
  },
  CHECK_IN_NOT_OPEN: { status: 422, message: '未到签到时间', note: '`context.opensAt`' },
  CHECK_IN_TOO_LATE: {
    status: 422,
    message: '已超过签到时间，请到服务台处理',
    note: 'later than the policy allows',
  },
  SCHEDULE_EXISTS: {
    status: 409,
    message: '该医生此半天已有排班',
    note: 'one schedule a doctor and half-day',
  },
  SCHEDULE_INVALID: {
    status: 422,
    message: '排班内容有误',
    note: 'quotas, slots or times do not fit; see reasons',
  },
  PRACTITIONER_UNKNOWN: {
    status: 422,
    message: '未找到该医生',
    note: 'not an active practitioner of this institution',
  },
  QUOTA_MISMATCH: {
    status: 422,
    message: '各号池数量之和须等于时段容量',
    note: 'per slot: sum of quotas = capacity',
  },
  SLOTS_OVERLAP: { status: 422, message: '时段重叠或先后顺序有误', note: 'slots must follow each other' },
  TOO_MANY_NUMBERS: { status: 422, message: '单次出诊号源数量超出上限', note: 'at most 999 numbers' },
  IN_THE_PAST: { status: 422, message: '日期已过', note: 'a schedule must lie ahead' },
  CALENDAR_UNKNOWN: {
    status: 422,
    message: '尚无该年度的节假日安排',
    note: 'the working-day calendar ends before that day',
  },
  PAYMENT_UNDER_WAY: {
    status: 409,
    message: '该号正在支付，请先关闭支付再取消',
    note: 'close the settlement first; nothing is released while its payment may still succeed',
  },
  WAITLIST_FULL: { status: 409, message: '候补人数已满', note: 'policy limit' },
  WAITLIST_NOT_NEEDED: { status: 409, message: '尚有号源，请直接预约', note: 'numbers are free' },
  NOT_WAITING: { status: 404, message: '您不在候补名单中', note: 'no waitlist entry of this patient' },
  ALREADY_WAITING: { status: 409, message: '您已在候补名单中', note: 'one entry a patient and schedule' },
  CHANNEL_FORBIDDEN: {
    status: 403,
    message: '只有现场窗口可以发放现场号',
    note: 'call-centre agents book by CALL_CENTRE',
  },
  OVERRIDE_FORBIDDEN: {
    status: 403,
    message: '您没有加号或特批的权限',
    note: 'needs an institution administrator',
  },
});
