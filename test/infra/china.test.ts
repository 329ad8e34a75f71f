import { beforeAll, describe, expect, it } from 'vitest';
import { ofType, type Stack, synthesiseCities } from './synthesised.ts';

let stacks: readonly Stack[];
let inChina: readonly Stack[];

beforeAll(() => {
  stacks = synthesiseCities();
  inChina = stacks.filter(({ city }) => city.region.startsWith('cn-'));
});

/** Every string of a template, with the keys above it. */
function strings(
  value: unknown,
  path: readonly string[] = [],
): readonly { readonly path: string; readonly text: string }[] {
  if (typeof value === 'string') return [{ path: path.join('.'), text: value }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => strings(inner, [...path, key]));
}

/** Service principals are the same in all partitions (but for logs, which follows the partition's suffix). */
const isServicePrincipal = (path: string, text: string): boolean =>
  /(\.Principal\.Service(\.\d+)?|\.Properties\.Principal)$/.test(path) &&
  /^[a-z0-9.]+\.amazonaws\.com$/.test(text);

describe('in the China partition', () => {
  it('there are cities to look at', () => {
    expect(new Set(inChina.map(({ city }) => city.region))).toEqual(
      new Set(['cn-north-1', 'cn-northwest-1']),
    );
  });

  it('no template names the global partition or its host names, but in service principals', () => {
    const foreign = inChina.flatMap(({ city, name, template }) =>
      strings(template)
        .filter(({ path, text }) => !isServicePrincipal(path, text))
        .filter(({ text }) => /\barn:aws:|amazonaws\.com(?!\.cn)/.test(text))
        .map(({ path, text }) => `${city.id}/${name} ${path}: ${text}`),
    );
    expect(foreign).toEqual([]);
  });

  it('logs are let at the key by the principal of that region and suffix', () => {
    const principals = ofType(inChina, 'AWS::KMS::Key').flatMap(({ Properties }) =>
      Properties.KeyPolicy.Statement.filter((s: { Sid: string }) => s.Sid === 'LogGroupsOfThisAccount').map(
        (s: { Principal: { Service: unknown } }) => JSON.stringify(s.Principal.Service),
      ),
    );
    expect(principals.length).toBeGreaterThan(0);
    for (const principal of principals)
      expect(principal).toMatch(/^\{"Fn::Join":\["",\["logs\.",.*"AWS::URLSuffix"\}\]\]\}$/);
  });

  it.each([
    ['function URLs', 'AWS::Lambda::Url'],
    ['Cognito', 'AWS::Cognito'],
    ['SES', 'AWS::SES'],
    ['X-Ray', 'AWS::XRay'],
    ['CloudFront', 'AWS::CloudFront'],
    ['code signing', 'AWS::Lambda::CodeSigningConfig'],
    ['web ACLs of the global scope', '"CLOUDFRONT"'],
    ['tracing', '"TracingConfig"'],
    ['tracing of stages', '"TracingEnabled":true'],
    ['metrics of asynchronous invocations', '"AsyncEvents'],
    ['destinations of the dead letters of such metrics', '"DestinationDeliveryFailures"'],
    ['text messages', '"Protocol":"sms"'],
    ['HTTP tasks of state machines', 'states:::http:invoke'],
  ])('there are no %s, because they do not exist there', (_, sign) => {
    const having = inChina.filter(({ template }) => JSON.stringify(template).includes(sign));
    expect(having.map(({ city, name }) => `${city.id}/${name}`)).toEqual([]);
  });

  it('functions run on x86_64, and on arm64 outside', () => {
    for (const { Properties, stack } of ofType(stacks, 'AWS::Lambda::Function')) {
      expect(Properties.Architectures).toEqual([stack.city.region.startsWith('cn-') ? 'x86_64' : 'arm64']);
    }
  });

  it('a firewall stands only before a REST API: it cannot be attached to an HTTP API', () => {
    const targets = ofType(inChina, 'AWS::WAFv2::WebACLAssociation').map(({ Properties }) =>
      JSON.stringify(Properties.ResourceArn),
    );
    expect(targets.length).toBeGreaterThan(0);
    for (const target of targets) expect(target).toContain('/restapis/');
  });
});
