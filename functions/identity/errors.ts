import { defineErrors } from '../../shared/kernel/errors.ts';

export const identityErrors = defineErrors({
  WECHAT_CODE_INVALID: { status: 400, message: '微信登录凭证无效，请重新进入小程序', note: '40029' },
  WECHAT_CODE_USED: { status: 409, message: '微信登录凭证已使用，请重新进入小程序', note: '40163' },
  WECHAT_RATE_LIMITED: { status: 429, message: '登录过于频繁，请一分钟后再试', note: '45011' },
  WECHAT_BLOCKED: { status: 403, message: '该微信账号存在风险，微信暂不允许登录', note: '40226' },
  WECHAT_BUSY: { status: 503, message: '微信服务繁忙，请稍后再试', note: '-1, no answer, or not configured' },

  PHONE_UNSUPPORTED: {
    status: 422,
    message: '只支持中国大陆手机号',
    note: 'another country, or no mobile number',
  },

  ACCOUNT_INACTIVE: { status: 403, message: '该账号已注销或已停用', note: 'deactivated or suspended' },
  NOTICE_OUTDATED: {
    status: 409,
    message: '隐私政策已更新，请阅读并同意后再继续',
    note: 'consent names another version of the notice; context.noticeVersion is the present one',
  },
  NOT_VERIFIED: { status: 403, message: '请先完成实名认证', note: 'the account has no patient of its own' },
  ALREADY_VERIFIED: {
    status: 409,
    message: '该账号已实名认证为其他人',
    note: 'another ID number than before',
  },
  VERIFICATION_FAILED: { status: 422, message: '实名信息有误，请检查', note: 'reasons lists every problem' },
  NAME_FORMAT: { status: 422, message: '姓名应为 2 至 20 个汉字，少数民族姓名可含“·”', note: 'name format' },
  ID_NUMBER_LENGTH: { status: 422, message: '身份证号应为 18 位', note: 'length or characters' },
  ID_NUMBER_AREA: { status: 422, message: '身份证号的地区码有误', note: 'first six digits' },
  ID_NUMBER_DATE: { status: 422, message: '身份证号的出生日期有误', note: 'not a day, or in the future' },
  ID_NUMBER_CHECK_DIGIT: { status: 422, message: '身份证号的校验位有误', note: 'GB 11643 check character' },
  NAME_MISMATCH: { status: 422, message: '姓名与身份证号不匹配', note: 'the verifying authority says so' },
  VERIFIER_UNAVAILABLE: {
    status: 503,
    message: '实名核验服务暂不可用，请稍后再试',
    note: 'authority did not answer',
  },
  VERIFICATION_LIMIT: { status: 429, message: '今日认证次数已用完，请明天再试', note: 'attempts per day' },
  TOO_YOUNG: {
    status: 422,
    message: '未满规定年龄，请由监护人添加',
    note: 'own account below ownAccountMinAge',
  },
  ID_NUMBER_HELD: {
    status: 409,
    message: '该身份证号已被登记，请携带身份证到医院窗口办理',
    note: 'name or phone differ from the registered ones; context.claimId is what the desk decides on',
  },

  FAMILY_LIMIT: { status: 409, message: '家庭成员数量已达上限', note: 'familyMembersMax of either side' },
  NOT_A_MINOR: {
    status: 422,
    message: '只能为未成年人添加监护关系，成年家人请使用邀请',
    note: 'adultAge reached',
  },
  GUARDIAN_TOO_YOUNG: { status: 422, message: '监护人须为成年人', note: 'guardian below adultAge' },
  OWN_ID_NUMBER: {
    status: 422,
    message: '不能把自己添加为家庭成员',
    note: 'own ID number or own invitation',
  },
  INVITATION_UNUSABLE: {
    status: 410,
    message: '邀请码无效或已过期',
    note: 'unknown, used, withdrawn or lapsed',
  },
  RELATION_NOT_FOUND: {
    status: 404,
    message: '未找到该家庭成员',
    note: 'no such relation that can be removed',
  },

  PATIENT_NOT_FOUND: { status: 404, message: '未找到该就诊人', note: 'no patient with this ID number' },
  CLAIM_DECIDED: { status: 409, message: '该申请已处理', note: 'the desk has decided' },
  CLAIM_ID_MISMATCH: {
    status: 422,
    message: '出示的身份证号与申请不符',
    note: 'the card is not the claimed one',
  },

  CREDENTIALS_WRONG: { status: 401, message: '用户名或密码错误', note: 'never tells which' },
  LOCKED: { status: 429, message: '连续失败次数过多，已暂时锁定', note: 'context.until is when it ends' },
  INSTITUTION_REQUIRED: {
    status: 409,
    message: '请选择要登录的机构',
    note: 'several institutions; reasons[].detail.institutionId lists them',
  },
  SECOND_FACTOR_WRONG: {
    status: 401,
    message: '动态口令错误或已使用',
    note: 'wrong, replayed, or used recovery code',
  },
  ACTIVATION_UNUSABLE: {
    status: 410,
    message: '激活码错误或已过期',
    note: 'wrong, lapsed or used; never tells which',
  },
  PASSWORD_WEAK: { status: 422, message: '密码强度不足', note: 'reasons lists every rule broken' },
  PASSWORD_SHORT: { status: 422, message: '密码长度不足', note: 'passwordMinLength' },
  PASSWORD_KINDS: {
    status: 422,
    message: '密码须含大写字母、小写字母、数字、符号中的至少三种',
    note: 'kinds',
  },
  PASSWORD_NAME: { status: 422, message: '密码不能包含用户名', note: 'contains the login name' },

  LOGIN_NAME_TAKEN: { status: 409, message: '该用户名已被使用', note: 'unique in the city' },
  STAFF_NOT_FOUND: { status: 404, message: '未找到该工作人员', note: 'not bound to this institution' },
  ROLE_NOT_ASSIGNABLE: {
    status: 403,
    message: '您不能授予该角色',
    note: 'only health-authority grants health-authority',
  },
  PRACTITIONER_REQUIRED: {
    status: 422,
    message: '医生角色须关联医师档案',
    note: 'doctor roles need practitionerId',
  },
  PRACTITIONER_NOT_HERE: {
    status: 409,
    message: '该医师未在本机构执业',
    note: 'the directory has no such active doctor at this institution, or has just been told',
  },
  OWN_STAFF_ACCOUNT: { status: 409, message: '不能变更自己的角色或状态', note: 'four eyes' },
  OTHER_HOME: {
    status: 409,
    message: '该人员的凭证由其所属机构管理',
    note: 'credentials belong to the home institution',
  },
});
