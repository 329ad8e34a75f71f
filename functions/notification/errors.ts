import { defineErrors } from '../../shared/kernel/errors.ts';

export const notificationErrors = defineErrors({
  PHONE_TASK_NOT_FOUND: {
    status: 404,
    message: '未找到该电话通知任务',
    note: 'no such message, or none that this institution has to call about',
  },
  CLAIMED_BY_OTHER: {
    status: 409,
    message: '该任务已由其他人员领取',
    note: 'somebody else calls; the claim lapses by itself',
  },
  WRONG_STATE: {
    status: 409,
    message: '该任务当前状态不能进行此操作',
    note: '`context.status` is the state it is in',
  },
});
