/** Builds a recipe: alone, or with what it reads, what reads it, or both. */
import { useRef } from 'react';
import { DataBuildDocument, type BuildScope } from '../../generated/graphql.ts';
import { useCommand } from '../../live/use-command.ts';
import { Button, type ButtonKind } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Menu, MenuGap, MenuItem } from '../../parts/menu.tsx';
import { Refusal } from '../../parts/notice.tsx';

const SCOPES: readonly (readonly [BuildScope, string])[] = [
  ['ONLY', 'This recipe only'],
  ['UPSTREAM', 'With what it reads'],
  ['DOWNSTREAM', 'With what reads it'],
  ['FULL', 'With both'],
];

export function Build({
  recipe: { databaseId, name },
  busy,
  isPython = false,
  kind = 'plain',
}: {
  recipe: { readonly databaseId: number; readonly name: string };
  /** It is being built, or will be. */
  busy: boolean;
  /** Runs alone, so that there is nothing to choose. */
  isPython?: boolean;
  kind?: ButtonKind;
}) {
  const { send, sending, refused, clear } = useCommand(DataBuildDocument);
  const key = useRef<string>(undefined);
  async function build(scope: BuildScope, fullRefresh = false) {
    const idempotencyKey = (key.current ??= crypto.randomUUID());
    const recipeId = String(databaseId);
    const answer = await send({ recipeId, scope, fullRefresh, idempotencyKey });
    if (answer) key.current = undefined;
  }
  const button = (
    <Button
      kind={kind}
      icon={<Icon name="play" />}
      busy={sending}
      disabled={busy}
      aria-label={`${isPython ? 'Run' : 'Build'} ${name}`}
      {...(isPython && { onClick: () => void build('ONLY') })}
    >
      {isPython ? 'Run' : 'Build'}
    </Button>
  );
  return (
    <>
      {isPython ? (
        button
      ) : (
        <Menu trigger={button}>
          {SCOPES.map(([scope, words]) => (
            <MenuItem key={scope} onSelect={() => void build(scope)}>
              {words}
            </MenuItem>
          ))}
          <MenuGap />
          <MenuItem onSelect={() => void build('ONLY', true)}>From nothing (full refresh)</MenuItem>
        </Menu>
      )}
      <Dialog open={refused !== null} onClose={clear} title={`${name} is not built`}>
        <Refusal refused={refused} />
      </Dialog>
    </>
  );
}
