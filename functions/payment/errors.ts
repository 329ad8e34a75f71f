import { defineErrors } from '../../shared/kernel/errors.ts';

export const paymentErrors = defineErrors({
  CHARGE_NOT_OPEN: {
    status: 409,
    message: '部分费用已支付、正在支付或已取消，请刷新后重试',
    note: 'a chosen charge is not open; its id is in the reasons',
  },
  TOO_LATE_TO_PAY: {
    status: 409,
    message: '已超过支付时限',
    note: 'less than the least time to pay is left',
  },
  PAYEE_UNKNOWN: {
    status: 409,
    message: '收款机构尚未开通在线支付，请到窗口缴费',
    note: 'an institution has no merchant account',
  },
  CANNOT_COMBINE: {
    status: 409,
    message: '暂不支持跨机构合并支付，请分机构支付',
    note: 'several payees and no combining merchant in the policy',
  },
  SUM_NOT_PAYABLE: {
    status: 409,
    message: '该金额无法使用微信支付，请到窗口办理',
    note: 'WeChat takes from one fen to ten million yuan an order; insurance may leave nothing to pay',
  },
  PAYER_UNKNOWN: {
    status: 409,
    message: '请用微信登录后再支付',
    note: 'the account has no WeChat openid',
  },
  SETTLEMENT_NOT_FOUND: {
    status: 404,
    message: '未找到该支付单',
    note: 'no such settlement of this patient',
  },
  SETTLEMENT_CLOSED: { status: 409, message: '支付单已关闭，请重新发起支付', note: 'CLOSING or CLOSED' },
  SETTLEMENT_PAID: {
    status: 409,
    message: '该支付单已支付',
    note: 'paid already; nothing to launch or close',
  },
  PAYER_AT_CASHIER: {
    status: 409,
    message: '正在支付中，请稍后再关闭',
    note: 'WeChat says USERPAYING; it is asked again',
  },
  PAY_UNAVAILABLE: {
    status: 503,
    message: '微信支付暂时不可用，请稍后用同一请求重试',
    note: 'the settlement stands; repeat the same request',
  },
  NOTIFICATION_REFUSED: {
    status: 401,
    message: '通知未通过验证',
    note: 'signature, key, time or seal; nothing was read from it',
  },
  MERCHANT_UNKNOWN: {
    status: 404,
    message: '未找到该商户',
    note: 'no keys of this merchant that can be read',
  },
  REFUND_NOT_FOUND: { status: 404, message: '未找到该退款单', note: 'no such refund' },
  REFUND_TOO_MUCH: {
    status: 422,
    message: '退款金额超过可退金额',
    note: 'more than paid and not yet refunded',
  },
  REFUND_TOO_LATE: { status: 409, message: '已超过可退款期限', note: 'WeChat refunds within a year' },
  REFUND_TOO_MANY: {
    status: 409,
    message: '该订单退款次数已达上限',
    note: 'WeChat takes 50 refunds an order',
  },
  WRONG_STATE: { status: 409, message: '当前状态不能进行此操作', note: 'see context.status' },
  WORK_ITEM_NOT_FOUND: { status: 404, message: '未找到该待办', note: 'no such work item here' },
  AT_THE_COUNTER: {
    status: 409,
    message: '窗口退款须在退款后点击“确认已退款”',
    note: 'a refund over the counter is confirmed, not noted',
  },
  RECONCILIATION_NOT_FOUND: { status: 404, message: '该日尚未对账', note: 'nobody has asked for it yet' },
  EXPORT_TOO_LARGE: {
    status: 409,
    message: '当日明细过多，请改用 XLSX 格式导出',
    note: 'more than a file answer holds',
  },
  NO_BILL: {
    status: 409,
    message: '当日账单尚未生成，或已超过微信保留期限',
    note: 'WeChat makes bills from 10:00 of the next day, and keeps them for three months',
  },
});
