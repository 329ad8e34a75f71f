import { defineErrors } from '../../shared/kernel/errors.ts';

export const reportErrors = defineErrors({
  REPORT_NOT_FOUND: {
    status: 404,
    message: '未找到该报告',
    note: 'no such report, or none that the reader may know of: the answer is the same',
  },
  RELEASED_IN_PERSON: {
    status: 409,
    message: '该报告须本人持身份证到医疗机构窗口领取',
    note: 'a category that is released in person, and this version was not yet',
  },
  FILE_NOT_FOUND: { status: 404, message: '未找到该文件', note: 'not a file of this version' },
  // Of one row of a batch.
  ROW_INVALID: { status: 400, message: '该条报告内容有误，请检查标出的字段', note: 'fields are listed' },
  REPORT_CONFLICT: {
    status: 409,
    message: '同一报告编号的同一版本已存在且内容不同',
    note: 'an amendment needs a newer version',
  },
  VERSIONS_MIXED: {
    status: 409,
    message: '同一报告的各版本须始终填写版本号，或始终不填',
    note: 'versions with a number and without one have no order between them',
  },
  WRONG_STATE: {
    status: 409,
    message: '报告当前状态不能变更为所报状态',
    note: 'see transitions.ts; a final report is followed by an amended or a cancelled one',
  },
  INSTITUTION_UNKNOWN: {
    status: 422,
    message: '未找到该医疗机构，或其已停用',
    note: 'the directory does not know it, or its news is still under way: repeat',
  },
  FILE_MISSING: {
    status: 422,
    message: '报告文件尚未上传，或类型不符',
    note: 'no such upload of this institution',
  },
  TIME_OUT_OF_RANGE: {
    status: 422,
    message: '报告时间或检查时间有误：不能晚于今天，也不能早于1970年',
    note: '`issuedAt` or `effectiveAt` lies after today, or before instants are counted',
  },
  ROW_LOST_RACE: {
    status: 409,
    message: '该报告正被同时修改，请重新上传',
    note: 'another version was written again and again at the same moment; repeating is safe',
  },
  FILE_TOO_LARGE: {
    status: 422,
    message: '文件过大',
    note: '`context.mostBytes` is the most that policy allows',
  },
  // Critical values.
  CRITICAL_NOT_FOUND: {
    status: 404,
    message: '未找到该危急值',
    note: 'none, or not for this person to answer',
  },
  CRITICAL_WRONG_STATE: {
    status: 409,
    message: '危急值当前状态不能进行此操作',
    note: '`context.status` is the state it is in',
  },
  // Recognition.
  REPEAT_NEEDS_REASON: {
    status: 422,
    message: '已有可互认的检查检验结果，重复检查须选择允许的理由',
    note: '`reasons` are the equal results, then the permitted reasons',
  },
  EQUAL_RESULT: {
    status: 422,
    message: '有效期内的同项结果',
    note: 'a reason of REPEAT_NEEDS_REASON: `detail` names the report and until when it counts',
  },
  PERMITTED_REASON: {
    status: 422,
    message: '允许重复检查的情形',
    note: 'a reason of REPEAT_NEEDS_REASON: `detail.reason` is its code, `detail.text` the regulation’s words',
  },
  RESULT_NOT_RECOGNISED: {
    status: 422,
    message: '所选结果不在可互认范围或已过有效期',
    note: 'not one of the offers for this examination at this moment',
  },
  // The counter.
  CARD_MISMATCH: {
    status: 422,
    message: '身份证号码与报告不符',
    note: 'the number typed from the card is not that of the report',
  },
  NOTHING_TO_RELEASE: {
    status: 409,
    message: '该报告无需窗口领取，或尚未出具',
    note: 'open anyway, not final, or cancelled',
  },
});
