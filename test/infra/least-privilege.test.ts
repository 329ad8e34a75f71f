import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Found,
  nameOf,
  ofType,
  type Stack,
  synthesiseCities,
  testedContexts,
  textOf,
} from './synthesised.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource?: unknown;
  readonly Principal?: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const list = <T>(value: T | readonly T[] | undefined): readonly T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value as T];

/** Every policy statement of a resource, wherever its document stands. */
function statementsOf({ Properties }: Found): readonly Statement[] {
  const documents: { readonly Statement: readonly Statement[] }[] = [
    Properties.PolicyDocument,
    Properties.KeyPolicy,
    Properties.AssumeRolePolicyDocument,
    ...(Properties.Policies ?? []).map((policy: { PolicyDocument: unknown }) => policy.PolicyDocument),
  ].filter((document) => document !== undefined);
  return documents.flatMap(({ Statement }) => Statement);
}

let stacks: readonly Stack[];
let all: readonly { readonly at: Found; readonly statement: Statement }[];

beforeAll(() => {
  stacks = synthesiseCities();
  const found = stacks.flatMap((stack) => stack.resources.map((resource) => ({ ...resource, stack })));
  all = found.flatMap((at) => statementsOf(at).map((statement) => ({ at, statement })));
});

/** Statements of the role of one function. */
function ofFunction(
  context: string,
  entry: string,
): readonly { readonly at: Found; readonly statement: Statement }[] {
  return all.filter(({ at }) => {
    if (at.Type !== 'AWS::IAM::Policy' || at.stack.name !== context) return false;
    return at.id.startsWith(entry === 'api' ? 'Api' : 'Worker');
  });
}

describe('least privilege', () => {
  it('is looked at in every policy of every city', () => {
    expect(all.length).toBeGreaterThan(200);
  });

  it('allows no wildcard action anywhere', () => {
    const wild = all.filter(
      ({ statement }) =>
        statement.Effect === 'Allow' && list(statement.Action).some((action) => action.includes('*')),
    );
    expect(wild.map(({ at }) => nameOf(at))).toEqual([]);
  });

  it('allows no wildcard resource but the four that AWS leaves no other way to write', () => {
    const wild = all.filter(
      ({ statement }) =>
        statement.Effect === 'Allow' && list(statement.Resource).some((r) => textOf(r).includes('*')),
    );
    const reasons = wild.map(({ at, statement }) => {
      if (at.Type === 'AWS::KMS::Key' && statement.Resource === '*') return 'a key policy: this key';
      const isLogDelivery = JSON.stringify(statement.Principal) === '{"Service":"logging.s3.amazonaws.com"}';
      if (isLogDelivery && statement.Action === 's3:PutObject') return 'S3 names the access logs it delivers';
      const isOfLogs = list(statement.Action).every((a) =>
        /^logs:.*(LogDeliver|LogGroups|ResourcePolic)/.test(a),
      );
      if (at.stack.name === 'workflows' && isOfLogs) return 'actions of log delivery know no resource';
      const objects = list(statement.Resource).map(textOf);
      const own = new RegExp(`-files-.*/${at.stack.name}/\\*$`);
      if (at.Type === 'AWS::IAM::Policy' && objects.every((r) => own.test(r)))
        return "a context's own objects";
      return nameOf(at);
    });
    expect(new Set(reasons)).toEqual(
      new Set([
        "a context's own objects",
        'a key policy: this key',
        'S3 names the access logs it delivers',
        'actions of log delivery know no resource',
      ]),
    );
  });

  it('lets nobody in without a condition but the account itself and the services that own the resource', () => {
    const open = all.filter(
      ({ statement }) => statement.Effect === 'Allow' && JSON.stringify(statement.Principal)?.includes('"*"'),
    );
    expect(open.map(({ at }) => nameOf(at))).toEqual([]);
  });

  it('gives each function a role of its own', () => {
    const functions = ofType(stacks, 'AWS::Lambda::Function');
    const roles = new Set(
      functions.map(({ stack, Properties }) => `${stack.city.id} ${stack.name} ${textOf(Properties.Role)}`),
    );
    expect(roles.size).toBe(functions.length);
    expect(functions.length).toBe(
      new Set(stacks.map(({ city }) => city.id)).size * testedContexts.length * 2,
    );
  });

  it('uses AWS-managed policies only where API Gateway asks for one', () => {
    const managed = ofType(stacks, 'AWS::IAM::Role').flatMap(({ Properties }) =>
      list(Properties.ManagedPolicyArns),
    );
    expect(new Set(managed.map((arn) => textOf(arn).split('/').at(-1)))).toEqual(
      new Set(['AmazonAPIGatewayPushToCloudWatchLogs']),
    );
  });

  it('reads the stream with the pipe alone', () => {
    const readers = all.filter(({ statement }) =>
      list(statement.Action).some(
        (a) => /Stream|GetRecords|ShardIterator/.test(a) && a.startsWith('dynamodb:'),
      ),
    );
    expect(new Set(readers.map(({ at }) => at.stack.name))).toEqual(new Set(['events']));
  });

  it('asks for the partition key in every statement about the table, and is not fooled by a request without one', () => {
    const table = all.filter(
      ({ at, statement }) =>
        at.stack.name !== 'events' && list(statement.Action).some((a) => a.startsWith('dynamodb:')),
    );
    expect(table.length).toBeGreaterThan(0);
    for (const { at, statement } of table) {
      expect.soft(statement.Condition?.['Null'], nameOf(at)).toEqual({ 'dynamodb:LeadingKeys': 'false' });
      expect
        .soft(statement.Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'], nameOf(at))
        .toBeDefined();
    }
  });

  it('never lets a function scan, use PartiQL or change the table itself', () => {
    const known = new Set([
      'GetItem',
      'BatchGetItem',
      'ConditionCheckItem',
      'Query',
      'PutItem',
      'UpdateItem',
      'DeleteItem',
    ]);
    const others = all
      .filter(({ at }) => at.stack.name !== 'events')
      .flatMap(({ statement }) => list(statement.Action))
      .filter((action) => action.startsWith('dynamodb:') && !known.has(action.slice('dynamodb:'.length)));
    expect(others).toEqual([]);
  });

  it('binds every use of the key by a function to an encryption context', () => {
    const uses = all.filter(
      ({ at, statement }) =>
        at.Type === 'AWS::IAM::Policy' && list(statement.Action).some((a) => a.startsWith('kms:')),
    );
    expect(uses.length).toBeGreaterThan(0);
    for (const { at, statement } of uses) {
      const keys = Object.values(statement.Condition ?? {}).flatMap(Object.keys);
      expect
        .soft(
          keys.some((key) => key.startsWith('kms:EncryptionContext:')),
          nameOf(at),
        )
        .toBe(true);
    }
  });

  it('wraps and unwraps data keys of the own context only', () => {
    const unwrapped = ofFunction('ward', 'worker')
      .filter(({ statement }) => list(statement.Action).includes('kms:Decrypt'))
      .flatMap(({ statement }) => list(statement.Condition?.['StringEquals']?.['kms:EncryptionContext:pk']));
    expect(new Set(unwrapped)).toEqual(new Set(['keys#ward', 'keys#patient', 'secrets#ward']));
  });

  it("lets a context at its own objects alone, never to delete, and at the key for that bucket's sake", () => {
    for (const entry of ['api', 'worker']) {
      const own = ofFunction('ward', entry).filter(({ statement }) =>
        list(statement.Action).some((action) => action.startsWith('s3:')),
      );
      const seen = own.map(({ at, statement }) => [
        at.stack.city.id,
        list(statement.Action).join(),
        textOf(statement.Resource)
          .replace(/^arn:aws(-cn)?:/, 'arn:…:')
          .replace(/\$\{AWS::AccountId\}|111122223333/, '1'),
        statement.Condition,
      ]);
      const cities = [...new Set(stacks.map(({ city }) => city.id))];
      expect(seen).toEqual(
        cities.flatMap((id) => [
          [id, 's3:GetObject,s3:PutObject', `arn:…:s3:::${id}-files-1/ward/*`, undefined],
          [id, 's3:ListBucket', `arn:…:s3:::${id}-files-1`, { StringLike: { 's3:prefix': 'ward/*' } }],
        ]),
      );
    }
    const forBucket = ofFunction('ward', 'api').flatMap(({ statement }) => {
      const bucket = statement.Condition?.['StringEquals']?.['kms:EncryptionContext:aws:s3:arn'];
      return bucket === undefined ? [] : [`${list(statement.Action).join()} for ${textOf(bucket)}`];
    });
    expect(forBucket).toHaveLength(new Set(stacks.map(({ city }) => city.id)).size);
    for (const use of forBucket)
      expect(use).toMatch(/^kms:Decrypt,kms:GenerateDataKey for arn:aws(-cn)?:s3:::[a-z]+-files-[^/*]+$/);
  });

  it('lets nobody else at the files', () => {
    const users = new Set(
      testedContexts.filter(({ objects }) => objects.read || objects.write).map(({ name }) => name),
    );
    const found = all.filter(
      ({ at, statement }) =>
        at.Type === 'AWS::IAM::Policy' && list(statement.Action).some((action) => action.startsWith('s3:')),
    );
    expect(new Set(found.map(({ at }) => at.stack.name))).toEqual(users);
    const told = ofType(stacks, 'AWS::Lambda::Function').filter(
      ({ Properties }) => Properties.Environment?.Variables?.BUCKET_URL !== undefined,
    );
    expect(new Set(told.map(({ stack }) => stack.name))).toEqual(users);
  });

  it('lets schedules start their own worker and nothing else', () => {
    const invokes = all.filter(
      ({ at, statement }) =>
        at.stack.name !== 'workflows' &&
        list(statement.Action).includes('lambda:InvokeFunction') &&
        statement.Resource,
    );
    expect(invokes.length).toBeGreaterThan(0);
    for (const { at, statement } of invokes) {
      expect.soft(textOf(statement.Resource), nameOf(at)).toMatch(/^\$\{WorkerFunction\w+\.Arn\}$/);
    }
  });

  it('lets services assume a role only for resources of this account, where AWS can tell', () => {
    const trusting = all.filter(
      ({ at, statement }) =>
        at.Type === 'AWS::IAM::Role' && /scheduler|pipes|states/.test(JSON.stringify(statement.Principal)),
    );
    expect(trusting.length).toBeGreaterThan(0);
    for (const { at, statement } of trusting) {
      expect.soft(statement.Condition?.['StringEquals'], nameOf(at)).toHaveProperty(['aws:SourceAccount']);
    }
  });
});
