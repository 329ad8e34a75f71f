import type { Context } from '../../../shared/context.ts';
import type { LocalRoute } from './local-route.ts';

export interface HomePageParts {
  readonly cityName: string;
  readonly now: string;
  readonly contexts: readonly Pick<Context, 'name' | 'routes'>[];
  readonly localRoutes: readonly LocalRoute[];
}

/** What a person sees who opens the city's address in a browser. */
export function homePage({ cityName, now, contexts, localRoutes }: HomePageParts): string {
  const tables = contexts.map(({ name, routes }) =>
    table(
      name,
      routes.map(({ method, path, summary }) => [method, path, summary]),
    ),
  );
  const local = table(
    'local',
    localRoutes.map(({ method, path, summary }) => [method, path, summary]),
  );
  return `<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<title>${escaped(cityName)}</title>
<style>body{font:15px/1.5 system-ui;margin:2rem auto;max-width:60rem}td{padding:.1rem .8rem .1rem 0;vertical-align:top}</style>
<h1>${escaped(cityName)}</h1>
<p>城市时间 ${escaped(now)} · <a href="/openapi.json">openapi.json</a> · <a href="/local/status">local/status</a> · 扮演付款人：<a href="/local/wechat/pay">local/wechat/pay</a> 的 page</p>
${[...tables, local].join('\n')}
</html>
`;
}

function table(title: string, rows: readonly (readonly string[])[]): string {
  const body = rows.map((cells) => `<tr>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`);
  return `<h2>${escaped(title)}</h2>\n<table>\n${body.join('\n')}\n</table>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
