import type * as z from 'zod/mini';
import type { notificationPolicy } from '../../../functions/notification/policy.ts';
import type { Day } from '../../../shared/kernel/china-time.ts';

interface NotificationEntry {
  readonly from: Day;
  readonly source: string;
  readonly mark: 'V' | 'R' | 'D';
  readonly values: z.output<typeof notificationPolicy.schema>;
}

type Templates = NotificationEntry['values']['templates'];
type TemplatePolicy = Templates[keyof Templates];
/** Field to keyword: a keyword of no kind of WeChat's does not compile. */
type Keywords = NonNullable<TemplatePolicy['wechat']>['keywords'];
type Field = keyof Keywords;

/**
 * A template as the mini-program's account with WeChat has it. Ids are each account's own: those here are the laptop's,
 * and a city writes in its own, with its keywords as WeChat numbers them, before it sends anything.
 */
function template(
  number: string,
  keywords: Keywords,
  note: string,
  more: Partial<TemplatePolicy> = {},
): TemplatePolicy {
  return {
    wechat: { templateId: `laptop-template-${number}`, keywords, page: 'pages/messages/index' },
    sms: { templateId: `SMS_${number}`, params: shown(keywords) },
    note,
    channels: ['WECHAT', 'SMS'],
    audience: ['SELF', 'GUARDIAN', 'FAMILY'],
    mandatory: false,
    onceFor: 'EVENT',
    ifUnanswered: 'TAKE_AS_SENT',
    ...more,
  };
}

function shown(keywords: Keywords): Field[] {
  // The keys of such a record are fields.
  return Object.keys(keywords) as Field[];
}

/** To doctors and institutions: they have no mini-program of ours. */
function forStaff(
  number: string,
  params: Field[],
  note: string,
  more: Partial<TemplatePolicy> = {},
): TemplatePolicy {
  return {
    sms: { templateId: `SMS_${number}`, params },
    note,
    channels: ['SMS', 'PHONE'],
    audience: [],
    mandatory: true,
    onceFor: 'EVENT',
    ifUnanswered: 'NEXT_CHANNEL',
    ...more,
  };
}

const visit = {
  hospital: 'thing1',
  department: 'thing2',
  patient: 'thing3',
  time: 'time4',
  note: 'thing5',
} as const;
const money = { amount: 'amount1', patient: 'thing2', time: 'time3', note: 'thing4' } as const;
/** Whoever does not hear of it comes in vain, or to harm. */
const must: Partial<TemplatePolicy> = {
  channels: ['WECHAT', 'SMS', 'PHONE'],
  mandatory: true,
  ifUnanswered: 'NEXT_CHANNEL',
};

const own: Partial<TemplatePolicy> = { audience: ['SELF', 'GUARDIAN'] };

const usual: NotificationEntry['values'] = {
  quiet: { from: '21:30', until: '08:00', spreadMinutes: 60 },
  visitReminder: { daysBefore: 1, at: '18:00' },
  perSecond: { WECHAT: 200, SMS: 50 },
  tries: { most: 4, firstSeconds: 60, mostSeconds: 1_800 },
  phone: { claimMinutes: 60, calls: 3, days: 3 },
  usefulDays: 3,
  templates: {
    APPOINTMENT_BOOKED: template('0001', visit, '请按时到院签到取号'),
    APPOINTMENT_REMINDER: template('0002', visit, '请带身份证按时就诊', { onceFor: 'SUBJECT' }),
    APPOINTMENT_CANCELLED: template('0003', visit, '医生停诊，已付费用将退回', must),
    APPOINTMENT_EXPIRED: template('0004', visit, '号源未确认，已释放'),
    APPOINTMENT_NO_SHOW: template('0005', visit, '未按时就诊，已记爽约'),
    WAITLIST_OFFER: template(
      '0006',
      { hospital: 'thing1', department: 'thing2', patient: 'thing3', time: 'time4', deadline: 'time5' },
      '候补到号，请尽快确认',
      { mandatory: true },
    ),
    PAYMENT_RECEIVED: template('0011', money, '缴费成功，可查看电子凭证', own),
    PAYMENT_REFUNDED: template('0012', money, '退款已原路退回', { ...own, mandatory: true }),
    REFUND_FAILED: template('0013', money, '退款未成功，请到窗口办理', { ...own, mandatory: true }),
    CHARGE_DUE: template(
      '0014',
      { hospital: 'thing1', patient: 'thing2', note: 'thing3' },
      '请在小程序内查看并缴费',
      { ...own, onceFor: 'DAY' },
    ),
    REFERRAL_PROGRESS: template(
      '0021',
      { hospital: 'thing1', patient: 'thing2', status: 'phrase3', time: 'time4', note: 'thing5' },
      '转诊有新进展，请查看',
      { channels: ['WECHAT', 'SMS', 'PHONE'] },
    ),
    REFERRAL_REMINDER: template(
      '0022',
      { hospital: 'thing1', patient: 'thing2', note: 'thing3' },
      '转诊待您办理，请尽快确认',
      { ...must, onceFor: 'DAY' },
    ),
    REFERRAL_WORK_DUE: forStaff('0101', ['hospital', 'note'], '转诊待处理，即将超时', {
      channels: ['PHONE'],
      onceFor: 'DAY',
    }),
    SIGNING_PROGRESS: template(
      '0031',
      { team: 'thing1', patient: 'thing2', status: 'phrase3', time: 'time4', note: 'thing5' },
      '签约有新进展，请查看',
      own,
    ),
    SIGNING_REMINDER: template(
      '0032',
      { team: 'thing1', patient: 'thing2', note: 'thing3' },
      '签约待您办理',
      {
        ...own,
        onceFor: 'DAY',
      },
    ),
    FOLLOW_UP_REMINDER: template(
      '0041',
      { hospital: 'thing1', patient: 'thing2', day: 'date3', note: 'thing4' },
      '请按时完成健康随访',
      // A visit that is missed is worse than a reminder that is heard on two channels.
      { channels: ['WECHAT', 'SMS', 'PHONE'], onceFor: 'DAY', ifUnanswered: 'NEXT_CHANNEL' },
    ),
    FOLLOW_UP_EMERGENCY: template(
      '0042',
      { hospital: 'thing1', patient: 'thing2', time: 'time3', note: 'thing4' },
      '请立即就医或拨打120',
      must,
    ),
    FOLLOW_UP_ALERT: forStaff('0102', ['hospital', 'time', 'note'], '随访出现紧急情况，请处理'),
    REPORT_READY: template(
      '0051',
      { hospital: 'thing1', patient: 'thing2', time: 'time3', note: 'thing4' },
      '报告已出，请在小程序查看',
      { ...own, channels: ['WECHAT', 'SMS'] },
    ),
    CRITICAL_VALUE: forStaff('0103', ['hospital', 'time', 'note'], '有危急值待确认，请立即处理'),
  },
};

const SOURCE =
  '模板字段限制与“一次授权一条消息”为微信订阅消息公开规则[V]；通知内容不含诊断与证件号；免打扰时段与次日分散时长、就诊提醒时间、' +
  '渠道顺序、每秒发送上限、重试次数与间隔、电话通知的次数与时限、消息有效天数为本平台建议值[D]；' +
  '模板编号须换成本市小程序与短信服务商的编号';

export const usualNotification: readonly NotificationEntry[] = [
  { from: '2024-01-01', source: SOURCE, mark: 'D', values: usual },
];
