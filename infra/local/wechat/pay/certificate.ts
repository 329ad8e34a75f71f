import { type KeyObject, sign } from 'node:crypto';

/** A self-signed X.509 certificate: Node can read one and cannot make one. Just enough DER for that. */
export interface CertificateParts {
  /** Hexadecimal, at most 20 bytes, the first below 0x80. */
  readonly serial: string;
  readonly commonName: string;
  readonly from: Date;
  readonly until: Date;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const [INTEGER, BIT_STRING, NULL, OBJECT_ID, UTF8_STRING, GENERALIZED_TIME] = [2, 3, 5, 6, 12, 24];
const [SEQUENCE, SET, VERSION] = [0x30, 0x31, 0xa0];

const SHA256_WITH_RSA = '2a864886f70d01010b';
const COMMON_NAME = '550403';

export function certificatePem(parts: CertificateParts): string {
  const algorithm = der(SEQUENCE, objectId(SHA256_WITH_RSA), der(NULL));
  const commonName = der(SEQUENCE, objectId(COMMON_NAME), der(UTF8_STRING, Buffer.from(parts.commonName)));
  const name = der(SEQUENCE, der(SET, commonName));
  const body = der(
    SEQUENCE,
    der(VERSION, der(INTEGER, Buffer.from([2]))),
    der(INTEGER, Buffer.from(parts.serial, 'hex')),
    algorithm,
    name,
    der(SEQUENCE, time(parts.from), time(parts.until)),
    name,
    parts.publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = Buffer.concat([Buffer.from([0]), sign('RSA-SHA256', body, parts.privateKey)]);
  const whole = der(SEQUENCE, body, algorithm, der(BIT_STRING, signature));
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const bytes = Buffer.from(length.toString(16).padStart(length > 0xff ? 4 : 2, '0'), 'hex');
  return Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes]);
}

function objectId(hex: string): Buffer {
  return der(OBJECT_ID, Buffer.from(hex, 'hex'));
}

function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/[-:T]/g, '').slice(0, 14);
  return der(GENERALIZED_TIME, Buffer.from(`${digits}Z`));
}
