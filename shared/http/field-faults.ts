import type { FieldFault } from '../kernel/errors.ts';

interface Issue {
  readonly code?: string;
  readonly path?: readonly PropertyKey[];
  readonly message?: string;
  readonly keys?: readonly string[];
  readonly values?: readonly unknown[];
  readonly minimum?: unknown;
  readonly maximum?: unknown;
  readonly input?: unknown;
}

/**
 * Zod's issues as faults a mini-program can show beside its fields.
 * The message never repeats the value: it may be somebody's identity number.
 */
export function faultsOf(part: FieldFault['in'], issues: readonly Issue[]): readonly FieldFault[] {
  return issues.flatMap((issue) => {
    const path = (issue.path ?? []).map(String);
    if (issue.code === 'unrecognized_keys') {
      return (issue.keys ?? []).map((key) => fault(part, [...path, key], 'unknown_field', '不认识的字段'));
    }
    return [fault(part, path, issue.code ?? 'invalid', messageOf(issue))];
  });
}

function fault(part: FieldFault['in'], path: readonly string[], code: string, message: string): FieldFault {
  return { in: part, path: path.join('.'), code, message };
}

function messageOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return '缺少该字段，或类型不正确';
    case 'too_small':
      return `不能小于或短于 ${String(issue.minimum)}`;
    case 'too_big':
      return `不能大于或长于 ${String(issue.maximum)}`;
    case 'invalid_value':
      return `只能是：${(issue.values ?? []).map(String).join('、')}`;
    case 'custom':
      return issue.message !== undefined && /\p{Script=Han}/u.test(issue.message)
        ? issue.message
        : '内容不正确';
    default:
      return '格式不正确';
  }
}
