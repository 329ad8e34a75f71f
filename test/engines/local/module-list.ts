import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

/** Preloaded into a city (`--import`): writes down each module that is resolved, ours and others', by `import` and `require`. */
const list = process.env['MODULE_LIST'];
if (list === undefined) throw new Error('MODULE_LIST says where the list goes');
registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context);
    appendFileSync(list, `${resolved.url}\n`);
    return resolved;
  },
});
