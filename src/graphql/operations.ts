/** What surrounds every operation: limits before it, the log and the masking of surprises after it. */
import { getOperationAST, GraphQLError, parse } from 'graphql';
import type { ASTVisitor, ExecutionArgs, ValidationContext } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Counter } from '#platform/metrics.ts';
import type { Context } from './context.ts';
import { told } from './failure.ts';
import { subscribe } from './live.ts';

/** Before anything is parsed or counted further. The console's largest operation has about 300 tokens. */
const MAX_TOKENS = 4_000;
const MAX_ALIASES = 50;

/** Aliases let one small operation ask the same costly thing many times over. */
export function aliasLimit(context: ValidationContext): ASTVisitor {
  let aliases = 0;
  return {
    Field(node) {
      if (!node.alias || ++aliases !== MAX_ALIASES + 1) return;
      const message = `The operation has more than ${MAX_ALIASES} aliases; split it.`;
      context.reportError(
        new GraphQLError(message, { nodes: node, extensions: { code: 'TOO_LARGE' } }),
      );
    },
  };
}

export type Operations = { readonly count: Counter; readonly seconds: Counter };

export function operations({ count, seconds }: Operations): Plugin<Context> {
  const finish = (args: ExecutionArgs, kind: string, beganMs: number, errors: number) => {
    const { requestId, session, log } = args.contextValue as Context;
    const ms = performance.now() - beganMs;
    const outcome = errors > 0 ? 'error' : 'ok';
    count.add(1, { kind, outcome });
    seconds.add(ms / 1000, { kind });
    const userId = session.principal?.userId ?? null;
    const operation = getOperationAST(args.document, args.operationName)?.name?.value ?? null;
    log.info({ requestId, operation, kind, ms: Math.round(ms), errors, userId }, 'operation');
  };
  return {
    onParse({ setParseFn }) {
      setParseFn((source, options) => parse(source, { ...options, maxLexicalTokens: MAX_TOKENS }));
    },
    onValidate({ addValidationRule }) {
      addValidationRule(aliasLimit);
    },
    onExecute({ args }) {
      const beganMs = performance.now();
      return {
        onExecuteDone({ result, setResult }) {
          if (Symbol.asyncIterator in result) return;
          const answer = told(result, args.contextValue);
          setResult(answer);
          finish(args, 'request', beganMs, answer.errors?.length ?? 0);
        },
      };
    },
    onSubscribe({ args, setSubscribeFn }) {
      const beganMs = performance.now();
      setSubscribeFn(subscribe as never);
      return {
        onSubscribeResult({ result }) {
          if (!(Symbol.asyncIterator in result)) {
            finish(args, 'subscription', beganMs, result.errors?.length ?? 0);
            return undefined;
          }
          return { onEnd: () => finish(args, 'subscription', beganMs, 0) };
        },
      };
    },
  };
}
