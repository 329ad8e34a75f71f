import type { createApi } from '../../../shared/http/api.ts';
import { LAMBDA } from '../booking/scene.ts';

export type PaymentApi = ReturnType<typeof createApi>;

/** A notification as it goes over the wire. */
export interface Letter {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** WeChat's notifications go to payment's API as they are: headers and bytes. As often as one likes. */
export function deliverLetter({ api }: { readonly api: PaymentApi }, { path, headers, body }: Letter) {
  return api(
    {
      version: '2.0',
      rawPath: path,
      rawQueryString: '',
      headers: { ...headers },
      requestContext: { http: { method: 'POST' }, requestId: 'wechat' },
      body: body.toString('base64'),
      isBase64Encoded: true,
    } as unknown as Parameters<typeof api>[0],
    LAMBDA as unknown as Parameters<typeof api>[1],
  );
}
