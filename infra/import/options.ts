import { parseArgs } from 'node:util';
import { isRegisterName, REGISTER_NAMES, type RegisterName } from './registers.ts';

export interface ImportOptions {
  readonly register: RegisterName;
  readonly file: string;
  /** Of the city, without a slash at the end. */
  readonly url: string;
  readonly loginName: string;
  /** The privacy notice that everybody in the file has agreed to. */
  readonly notice?: string;
}

export const USAGE = `npm run import -- ${REGISTER_NAMES.join('|')} <file.csv> [--url <city>] [--login <name>] [--notice <version>]
  residents  opens health records: 姓名, 身份证号, 居住地区划代码, and where known 手机号, 重点人群
  signings   enters contracts signed on paper: the same, and 签约团队编号, 签约日期
  --url      where the city is                                   (default: http://127.0.0.1:3000)
  --login    a clerk of the institution whose register this is   (default: zhongtou-clerk, of the demo)
  --notice   version of the privacy notice under which the institution holds everybody's signature
The first row names the columns, in Chinese as above or in English; UTF-8 or GBK, as Excel and WPS save it.
Password and one-time code are asked for, or come by stdin, a line each. A city on the laptop knows its demo's.
What cannot be entered goes to <file>.faults.csv: mend it there, and import that. After an interruption, the same
command goes on where it was. A row that is entered already is left as it is.`;

/** Something the person at the keyboard can put right: shown without a stack. */
export class ImportError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ImportError';
  }
}

/** Undefined: help was asked for. @throws ImportError */
export function readOptions(args: readonly string[]): ImportOptions | undefined {
  const { values, positionals } = parsed(args);
  if (values.help === true) return undefined;
  const [register = '', file, ...more] = positionals;
  if (!isRegisterName(register) || file === undefined || more.length > 0) throw new ImportError(USAGE);
  const { url = 'http://127.0.0.1:3000', login = 'zhongtou-clerk', notice } = values;
  if (!URL.canParse(url) || !/^https?:/.test(url))
    throw new ImportError(`--url ${url} is no address of a city`);
  return {
    register,
    file,
    url: url.replace(/\/+$/, ''),
    loginName: login,
    ...(notice === undefined ? {} : { notice }),
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        url: { type: 'string' },
        login: { type: 'string' },
        notice: { type: 'string' },
        help: { type: 'boolean' },
      },
    });
  } catch (cause) {
    throw new ImportError(`${cause instanceof Error ? cause.message : ''}\n\n${USAGE}`);
  }
}
