/** What a path answers to a method that it does not know: 405 with the ones that it does, and OPTIONS as the
 *  question for them. HEAD is GET without the body. */
import { answer } from './errors.ts';
import type { RestApp, RestContext } from './context.ts';

/** For everything that no operation took. */
export function answerUnknown(app: RestApp, c: RestContext): Response {
  const { method, path } = c.req;
  const allowed = holdsNul(path) ? [] : methodsOf(app, path);
  if (allowed.length === 0) return answer(c, 404, 'not_found', `No ${method} ${path} here.`);
  c.header('Allow', allowed.join(', '));
  if (method === 'OPTIONS') return c.body(null, 204);
  const message = `${path} does not know ${method}; it knows ${allowed.join(', ')}.`;
  return answer(c, 405, 'method_not_allowed', message);
}

/** No slug has a NUL, and Postgres would not even compare one that has. */
export function holdsNul(path: string): boolean {
  return path.includes('\0') || path.includes('%00');
}

/** As the document has them, so that nothing needs a second list. */
function methodsOf(app: RestApp, path: string): string[] {
  const methods = app.openAPIRegistry.definitions.flatMap((definition) => {
    if (definition.type !== 'route' || !patternOf(definition.route.path).test(path)) return [];
    const method = definition.route.method.toUpperCase();
    return method === 'GET' ? ['GET', 'HEAD'] : [method];
  });
  return methods.length === 0 ? [] : [...methods, 'OPTIONS'];
}

/** `/api/scheduler/runs/{id}` → `^/api/scheduler/runs/[^/]+$`; our paths hold nothing else that is special. */
function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
}
