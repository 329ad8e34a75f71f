import type { RawPolicy } from '../../shared/policy/city.ts';

/** HTTP API: cheaper and faster. REST API: where a contract demands WAF, which cannot be attached to an HTTP API in China. */
export type Edge =
  | { readonly kind: 'http-api' }
  | {
      readonly kind: 'rest-api';
      /** Block above this many requests of one address in five minutes. Mobile carriers put thousands of people behind one. */
      readonly requestsPerAddress: number;
    };

/** A recorded domain (ICP 备案). Without one a China region answers 403 to everybody. */
export interface Domain {
  /** Host name the mini-program calls, e.g. `api.fenji.example.cn`. */
  readonly name: string;
  /** Certificate of that name in ACM, in the city's region. */
  readonly certificateArn: string;
  /** ICP record number, e.g. `豫ICP备2026000001号-1`. */
  readonly icpRecord: string;
}

/** Typed settings of one city: everything the stacks need to know of it. Personal data and secrets have no place here. */
export interface City {
  /** Lower-case word: first part of every physical name. */
  readonly id: string;
  /** Chinese name, as people read it. */
  readonly name: string;
  /** GB/T 2260, 6 digits. */
  readonly divisionCode: string;
  readonly region: string;
  /** Twelve digits; left out: whichever account the deploying credentials belong to. */
  readonly account?: string;
  readonly edge: Edge;
  /** Stage limits of the edge; the account's own quota must be at least as high. */
  readonly throttle: { readonly requestsPerSecond: number; readonly burst: number };
  readonly domain?: Domain;
  /** The mini-program that residents open; left out: they cannot log in yet. Its secret is put by `infra/put-secret.ts`. */
  readonly wechat?: { readonly appId: string };
  /**
   * When a provider's secret was last replaced, e.g. `2026-11-30T22:00`. A function keeps a secret as long as it runs, and a
   * deployment without a change starts none anew: this is the change.
   */
  readonly secretsPutAt?: string;
  /** A city of invented people, where passwords and one-time codes are known to everybody. Default: no. */
  readonly demo?: true;
  /** x86_64 in China: arm64 there is not verified. */
  readonly architecture: 'x86_64' | 'arm64';
  /** Of every log group. 网络安全法 asks for six months at least. */
  readonly logRetentionDays: 180 | 365 | 731;
  /** Of former versions of files; what is current stays. Left out: what the law asks for, in `record-retention.ts`. */
  readonly recordRetentionYears?: number;
  readonly pointInTimeRecovery: boolean;
  /** Refuses deletion of the table, and keeps table, key, files and logs when a stack goes. */
  readonly deletionProtection: boolean;
  /** Writes and reads a second the table is ready for from the start; left out: what AWS gives (4,000 and 12,000). */
  readonly warmThroughput?: { readonly writesPerSecond: number; readonly readsPerSecond: number };
  /** Who is called when an alarm rings; each confirms by e-mail once. */
  readonly alarmEmails: readonly string[];
  /** Section name (a context's name) → dated entries; each context declares the schema of its own. */
  readonly policy: RawPolicy;
}

/** The JSON that every function of the city reads (`CITY_FILE`): what a handler may know of the deployment, and the policy. */
export function cityFile(city: City): Record<string, unknown> {
  const { id, name, divisionCode, policy, region, edge, domain, wechat, secretsPutAt, demo } = city;
  const settings = {
    region,
    edge: edge.kind,
    demo: demo ?? false,
    ...(domain === undefined ? {} : { domain: domain.name }),
    ...(wechat === undefined ? {} : { wechat }),
    ...(secretsPutAt === undefined ? {} : { secretsPutAt }),
  };
  return { id, name, divisionCode, timezone: 'Asia/Shanghai', settings, policy };
}
