import { END_REASONS } from './codes.ts';
import type { Referral, TimelineEntry } from './store.ts';
import type { ReferralStatus } from './transitions.ts';

/** A referral's history in plain Chinese, as the resident reads it. */

type Words = (name: string) => string;

const UP: Readonly<Record<ReferralStatus, Words>> = {
  GATE_REVIEW: (name) => `转诊申请已提交，等待${name}审核`,
  RETURNED: (name) => `${name}请您的医生补充材料`,
  OFFERED: (name) => `申请已送达${name}，等待答复`,
  ACCEPTED: (name) => `${name}已同意接诊，正在为您安排号源`,
  RESERVED: (name) => `已在${name}为您保留号源，请在时限内确认或支付`,
  CONFIRMED: (name) => `就诊安排已确定，请按时前往${name}`,
  ARRIVED: (name) => `您已到达${name}`,
  IN_TREATMENT: (name) => `${name}正在为您诊治`,
  BETWEEN_VISITS: () => '本次就诊已结束，到期将为您安排下次复诊',
  FIRST_VISIT: (name) => `${name}已接收，将为您安排首次随访`,
  REJECTED: (name) => `${name}审核未通过`,
  DECLINED: (name) => `${name}未能接诊`,
  WITHDRAWN: () => '您已撤回本次转诊',
  EXPIRED: () => '本次转诊已超时结束',
  NO_SHOW: () => '您未按时就诊，本次转诊已结束',
  DIED: () => '本次转诊已终止',
  COMPLETED: () => '诊疗已完成，可在此查看诊疗小结',
};

const DOWN: Partial<Record<ReferralStatus, Words>> = {
  OFFERED: (name) => `医院建议您回基层继续治疗，等待${name}接收`,
  DECLINED: (name) => `${name}未能接收`,
  COMPLETED: (name) => `${name}已完成首次随访，下转结束`,
};

const BY_REASON: Readonly<Record<string, Words>> = {
  REROUTED: (name) => `申请已改派至${name}，等待答复`,
  NO_NUMBER: (name) => `${name}近期无号，请等待重新安排`,
  NUMBER_LOST: (name) => `原定号源因停诊取消，正在${name}为您重新安排`,
  NEXT_VISIT: (name) => `到了复诊时间，正在${name}为您安排号源`,
  VISIT_MISSED: () => '您未按时就诊，到期将为您安排下次复诊',
  ESCALATED: (name) => `急诊转诊，请直接前往${name}`,
};

export function wordsFor(
  { direction, endedReason }: Pick<Referral, 'direction' | 'endedReason'>,
  { status, reason }: Pick<TimelineEntry, 'status' | 'reason'>,
  name: string,
): string {
  const special = reason === undefined ? undefined : BY_REASON[reason];
  const usual = (direction === 'DOWN' ? DOWN[status] : undefined) ?? UP[status];
  const words = (special ?? usual)(name);
  return status === 'EXPIRED' && endedReason !== undefined ? `${words}：${END_REASONS[endedReason]}` : words;
}
