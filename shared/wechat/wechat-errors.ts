/** WeChat did not answer, or was busy, through all attempts. Repeating later is safe. */
export class WeChatUnavailableError extends Error {
  readonly api: string;

  constructor(api: string) {
    super('WeChat did not answer');
    this.name = 'WeChatUnavailableError';
    this.api = api;
  }
}

/** An errcode nobody expects: a wrong app id or secret, a missing permission. Ours to mend, never the user's. */
export class WeChatRefusedError extends Error {
  readonly api: string;
  readonly errcode: number;

  constructor(api: string, errcode: number) {
    super('WeChat refused the call');
    this.name = 'WeChatRefusedError';
    this.api = api;
    this.errcode = errcode;
  }
}
