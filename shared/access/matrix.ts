import type { Context, Route } from '../context.ts';
import { ROLES, type Role } from './actor.ts';
import type { Grant, Relation } from './grants.ts';

/** One route of one context, and what it takes of each role to be let in: the declarations, read across. */
export interface MatrixRow {
  readonly context: string;
  readonly route: string;
  /** Of everybody on a public route; no grant: the role is refused. */
  readonly access: 'public' | ReadonlyMap<Role, readonly Grant[]>;
  /** `entry`: written by the HTTP stack before the answer leaves. */
  readonly audit: 'entry' | 'by-event' | 'in-handler' | 'none';
}

/** Build time and tests only. */
export function accessMatrix(contexts: readonly Context[]): readonly MatrixRow[] {
  return contexts.flatMap(({ name, routes }) =>
    routes.map((route) => ({
      context: name,
      route: `${route.method} ${route.path}`,
      access: route.access === 'public' ? 'public' : byRole(route.access),
      audit: auditOf(route),
    })),
  );
}

function byRole(grants: readonly Grant[]): ReadonlyMap<Role, readonly Grant[]> {
  return new Map(ROLES.map((role) => [role, grants.filter((grant) => grant.role === role)]));
}

function auditOf({ audit }: Route): MatrixRow['audit'] {
  if (audit === undefined) return 'none';
  return typeof audit === 'string' ? audit : 'entry';
}

/** A table a context in Markdown, roles as columns. */
export function matrixMarkdown(contexts: readonly Context[]): string {
  const rows = accessMatrix(contexts);
  const tables = contexts.map(({ name }) => {
    const own = rows.filter(({ context }) => context === name);
    return [`## ${name}`, '', HEAD, RULE, ...own.map(lineOf), ''].join('\n');
  });
  return ['# Who may do what', '', LEGEND, '', ...tables].join('\n');
}

const LEGEND = [
  'Written from the routes. A role without an entry is refused.',
  '`role`: the role suffices. `own account`: the session’s own account. `self`, `guardian`, `family`: a care',
  'relation of the resident’s account with the patient. `signed`: the doctor has an active signing with the',
  'patient. `institution`: the own institution, or one above it. Square brackets: only these fields. Staff needs a',
  'second factor for everything but `own account`.',
].join('\n');

const COLUMNS = ['route', ...ROLES, 'audit'];
const HEAD = `| ${COLUMNS.join(' | ')} |`;
const RULE = `|${COLUMNS.map(() => '---').join('|')}|`;

function lineOf({ route, access, audit }: MatrixRow): string {
  const cells = ROLES.map((role) =>
    access === 'public' ? 'public' : (access.get(role) ?? []).map(cellOf).join('; '),
  );
  return `| ${[`\`${route}\``, ...cells, audit === 'none' ? '' : audit].join(' | ')} |`;
}

function cellOf({ relation, fields }: Grant): string {
  return `${nameOf(relation)}${fields === undefined ? '' : ` [${fields.join(', ')}]`}`;
}

function nameOf(relation: Relation): string {
  switch (relation.kind) {
    case 'none':
      return 'role';
    case 'own-account':
      return 'own account';
    case 'patient':
      return relation.kinds.map((kind) => kind.toLowerCase()).join('/');
    default:
      return relation.kind;
  }
}
