import type { FieldFault } from '../kernel/errors.ts';

interface Issue {
  readonly code?: string;
  readonly path?: readonly PropertyKey[];
  readonly message?: string;
  readonly origin?: string;
  readonly keys?: readonly string[];
  readonly values?: readonly unknown[];
  readonly minimum?: unknown;
  readonly maximum?: unknown;
  readonly inclusive?: boolean;
}

/** A path holds names of the sender's choosing. */
const LONGEST_PATH = 200;

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
  return { in: part, path: path.join('.').slice(0, LONGEST_PATH), code, message };
}

function messageOf(issue: Issue): string {
  const { code, message = '', origin, minimum, maximum, inclusive = true, values = [] } = issue;
  switch (code) {
    case 'invalid_type':
      return '缺少该字段，或类型不正确';
    case 'too_small':
      if (origin === 'string') return `至少 ${minimum} 个字符`;
      if (origin === 'array') return `至少 ${minimum} 项`;
      return inclusive ? `不能小于 ${minimum}` : `必须大于 ${minimum}`;
    case 'too_big':
      if (origin === 'string') return `最多 ${maximum} 个字符`;
      if (origin === 'array') return `最多 ${maximum} 项`;
      return inclusive ? `不能大于 ${maximum}` : `必须小于 ${maximum}`;
    case 'invalid_value':
      return `只能是：${values.map(String).join('、')}`;
    case 'custom':
      return /\p{Script=Han}/u.test(message) ? message : '内容不正确';
    default:
      return '格式不正确';
  }
}
