/** What WeChat Pay answers; a body of undefined is none at all. */
export interface PayAnswer {
  readonly status: number;
  readonly body?: unknown;
}

/** Codes, statuses and texts after the documentation of each call, and after what WeChat is seen to answer. */
const REFUSALS = {
  NO_HEADERS: [400, 'PARAM_ERROR', 'Http头缺少Accept或User-Agent'],
  PARAM_ERROR: [400, 'PARAM_ERROR', '参数错误'],
  NO_JSON: [400, 'PARAM_ERROR', '请求体不是合法的 JSON'],
  SIGN_ERROR: [401, 'SIGN_ERROR', '错误的签名，验签失败'],
  STALE_SIGNATURE: [401, 'SIGN_ERROR', '签名时间戳已过期'],
  NO_SUCH_URL: [404, 'RESOURCE_NOT_EXISTS', '请求的资源不存在'],
  NO_AUTH: [403, 'NO_AUTH', '商户无权限'],
  APPID_MCHID_NOT_MATCH: [400, 'APPID_MCHID_NOT_MATCH', 'appid和mch_id不匹配，请检查后再试'],
  MCH_NOT_EXISTS: [400, 'MCH_NOT_EXISTS', '商户号不存在'],
  REENTRY: [400, 'INVALID_REQUEST', '请求重入时，参数与首次请求时不一致'],
  OUT_TRADE_NO_USED: [403, 'OUT_TRADE_NO_USED', '商户订单号重复'],
  ORDER_PAID: [400, 'ORDERPAID', '该订单已支付'],
  ORDER_CLOSED: [400, 'ORDER_CLOSED', '该订单已关闭，请重新下单'],
  ORDER_OVERDUE: [400, 'INVALID_REQUEST', '订单已超过商户设置的最晚支付时间，请重新下单'],
  ORDER_NOT_EXIST: [404, 'ORDER_NOT_EXIST', '订单不存在'],
  USER_PAYING: [202, 'USERPAYING', '用户支付中，需要输入密码'],
  COMBINED: [400, 'INVALID_REQUEST', '合单支付订单请使用合单支付接口'],
  SUB_ORDERS: [400, 'INVALID_REQUEST', '请求关单的子单信息与下单时的子单信息不一致'],
  REFUND_NOT_EXISTS: [404, 'RESOURCE_NOT_EXISTS', '退款单不存在'],
  REFUND_ORDER_NOT_EXISTS: [404, 'RESOURCE_NOT_EXISTS', '订单不存在'],
  REFUND_MISMATCH: [400, 'INVALID_REQUEST', '订单金额或退款金额与之前请求不一致，请核实后再试'],
  REFUND_UNPAID: [400, 'INVALID_REQUEST', '订单未支付，不能退款'],
  REFUND_TOTAL: [400, 'INVALID_REQUEST', '订单金额与原订单不一致'],
  REFUND_TOO_MUCH: [400, 'INVALID_REQUEST', '申请退款金额超过订单可退金额'],
  REFUND_ALL_DONE: [400, 'INVALID_REQUEST', '订单已全额退款'],
  REFUND_TOO_MANY: [400, 'INVALID_REQUEST', '部分退款次数超过50次'],
  REFUND_TOO_LATE: [400, 'INVALID_REQUEST', '订单已经超过可退款期限'],
  REFUND_TOO_SOON: [429, 'FREQUENCY_LIMITED', '单笔订单请求频率过高，请于1分钟后重试'],
  NOT_ENOUGH: [403, 'NOT_ENOUGH', '基本账户余额不足，请充值后重新发起'],
  FREQUENCY_LIMITED: [429, 'FREQUENCY_LIMITED', '频率超限，请降低请求接口频率'],
  SYSTEM_ERROR: [500, 'SYSTEM_ERROR', '系统异常，请稍后重试'],
  BILL_DATE: [400, 'INVALID_REQUEST', '账单日期不合法，仅支持三个月内的账单'],
  STATEMENT_CREATING: [400, 'STATEMENT_CREATING', '账单生成中，请稍后再试'],
  NO_STATEMENT_EXIST: [400, 'NO_STATEMENT_EXIST', '请求的账单文件不存在'],
} as const;

export type PayRefusal = keyof typeof REFUSALS;

export function refusal(name: PayRefusal): PayAnswer {
  const [status, code, message] = REFUSALS[name];
  return { status, body: { code, message } };
}

/** A refusal on the way to an answer: whoever throws it has written nothing. */
export class Refused extends Error {
  readonly answer: PayAnswer;

  constructor(name: PayRefusal) {
    super(name);
    this.name = 'Refused';
    this.answer = refusal(name);
  }
}
