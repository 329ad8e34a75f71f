import type { FieldKind } from './fields.ts';

/**
 * What people are told, and what each message may say: names of places and people, days, sums, a status. There is no
 * field for a diagnosis, a finding or an identity number, so none can be filled in.
 */
export const FIELDS = {
  /** Masked: 张*. */
  patient: ['thing'],
  hospital: ['thing'],
  department: ['thing'],
  doctor: ['thing', 'name'],
  team: ['thing'],
  time: ['time', 'date'],
  deadline: ['time', 'date'],
  day: ['date', 'time'],
  amount: ['amount'],
  status: ['phrase'],
  note: ['thing'],
} as const satisfies Record<string, readonly FieldKind[]>;

export type Field = keyof typeof FIELDS;

/** What a resident can switch off as one. */
export const TOPICS = ['BOOKING', 'PAYMENT', 'REFERRAL', 'SIGNING', 'FOLLOW_UP', 'REPORT', 'WORK'] as const;
export type Topic = (typeof TOPICS)[number];

interface Template {
  readonly title: string;
  readonly topic: Topic;
  /** Those the message has, whatever the city's template shows of them. */
  readonly fields: readonly Field[];
  /** Somebody may come to harm: it goes out at night too. */
  readonly urgent?: true;
  /** To whoever works there, not to the patient's people. */
  readonly toStaff?: true;
}

const visit = ['patient', 'hospital', 'department', 'doctor', 'time', 'note'] as const;

export const TEMPLATES = {
  APPOINTMENT_BOOKED: { title: '预约成功通知', topic: 'BOOKING', fields: visit },
  APPOINTMENT_REMINDER: { title: '就诊提醒', topic: 'BOOKING', fields: visit },
  APPOINTMENT_CANCELLED: { title: '停诊通知', topic: 'BOOKING', fields: visit },
  APPOINTMENT_EXPIRED: { title: '预约失效通知', topic: 'BOOKING', fields: visit },
  APPOINTMENT_NO_SHOW: { title: '爽约通知', topic: 'BOOKING', fields: visit },
  WAITLIST_OFFER: { title: '候补到号通知', topic: 'BOOKING', fields: [...visit, 'deadline'] },
  PAYMENT_RECEIVED: {
    title: '缴费成功通知',
    topic: 'PAYMENT',
    fields: ['patient', 'amount', 'time', 'note'],
  },
  PAYMENT_REFUNDED: {
    title: '退款到账通知',
    topic: 'PAYMENT',
    fields: ['patient', 'amount', 'time', 'note'],
  },
  REFUND_FAILED: { title: '退款异常通知', topic: 'PAYMENT', fields: ['patient', 'amount', 'time', 'note'] },
  CHARGE_DUE: { title: '待缴费提醒', topic: 'PAYMENT', fields: ['patient', 'hospital', 'deadline', 'note'] },
  REFERRAL_PROGRESS: {
    title: '转诊进度通知',
    topic: 'REFERRAL',
    fields: ['patient', 'hospital', 'status', 'time', 'note'],
  },
  REFERRAL_REMINDER: {
    title: '转诊办理提醒',
    topic: 'REFERRAL',
    fields: ['patient', 'hospital', 'deadline', 'note'],
  },
  REFERRAL_WORK_DUE: {
    title: '转诊待办提醒',
    topic: 'WORK',
    fields: ['hospital', 'deadline', 'note'],
    toStaff: true,
  },
  SIGNING_PROGRESS: {
    title: '签约进度通知',
    topic: 'SIGNING',
    fields: ['patient', 'team', 'status', 'time', 'note'],
  },
  SIGNING_REMINDER: {
    title: '签约办理提醒',
    topic: 'SIGNING',
    fields: ['patient', 'team', 'deadline', 'note'],
  },
  FOLLOW_UP_REMINDER: {
    title: '随访提醒',
    topic: 'FOLLOW_UP',
    fields: ['patient', 'hospital', 'day', 'note'],
  },
  FOLLOW_UP_EMERGENCY: {
    title: '紧急健康提醒',
    topic: 'FOLLOW_UP',
    fields: ['patient', 'hospital', 'time', 'note'],
    urgent: true,
  },
  FOLLOW_UP_ALERT: {
    title: '随访异常提醒',
    topic: 'WORK',
    fields: ['hospital', 'time', 'note'],
    urgent: true,
    toStaff: true,
  },
  REPORT_READY: { title: '报告完成通知', topic: 'REPORT', fields: ['patient', 'hospital', 'time', 'note'] },
  CRITICAL_VALUE: {
    title: '危急值提醒',
    topic: 'WORK',
    fields: ['hospital', 'time', 'note'],
    urgent: true,
    toStaff: true,
  },
} as const satisfies Record<string, Template>;

export type TemplateName = keyof typeof TEMPLATES;

export const TEMPLATE_NAMES: readonly TemplateName[] = Object.keys(TEMPLATES).filter(isTemplateName);

function isTemplateName(name: string): name is TemplateName {
  return Object.hasOwn(TEMPLATES, name);
}

export function templateOf(name: TemplateName): Template {
  return TEMPLATES[name];
}

/** What a field is called where a message is read in full. */
export const FIELD_LABELS: Readonly<Record<Field, string>> = {
  patient: '就诊人',
  hospital: '医疗机构',
  department: '科室',
  doctor: '医生',
  team: '家庭医生团队',
  time: '时间',
  deadline: '截止时间',
  day: '日期',
  amount: '金额',
  status: '状态',
  note: '说明',
};
