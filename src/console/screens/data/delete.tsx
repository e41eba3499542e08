/** Takes a dataset, a recipe or an agent away, after a question; what uses it stands against it. */
import { useState, type ReactNode } from 'react';
import {
  DataDeleteAgentDocument,
  DataDeleteDatasetDocument,
  DataDeleteRecipeDocument,
} from '../../generated/graphql.ts';
import { useCommand, type Refused } from '../../live/use-command.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Refusal } from '../../parts/notice.tsx';
import styles from './data.module.css';

type Named = { readonly id: string; readonly name: string };
type Closing = { readonly onClose: () => void; readonly onDeleted: () => void };

function Question({
  name,
  noun,
  sending,
  refused,
  onYes,
  onClose,
  children,
}: {
  name: string;
  noun: string;
  sending: boolean;
  refused: Refused | null;
  onYes: () => void;
  onClose: () => void;
  children: ReactNode;
}) {
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Delete ${name}?`}
      actions={
        <>
          <Button onClick={onClose}>Back</Button>
          <Button kind="danger" busy={sending} onClick={onYes}>
            Delete the {noun}
          </Button>
        </>
      }
    >
      {children}
      <Refusal refused={refused} />
    </Dialog>
  );
}

export function DeleteDataset({
  dataset: { id, name },
  onClose,
  onDeleted,
}: { dataset: Named } & Closing) {
  const { send, sending, refused } = useCommand(DataDeleteDatasetDocument);
  const [dropTable, setDropTable] = useState(false);
  return (
    <Question
      {...{ name, noun: 'dataset', sending, refused, onClose }}
      onYes={() => void send({ id, dropTable }).then((answer) => answer && onDeleted())}
    >
      <p>One that scenarios, recipes or dashboards use cannot be deleted.</p>
      <label className={styles['check']}>
        <input
          type="checkbox"
          checked={dropTable}
          onChange={(event) => setDropTable(event.target.checked)}
        />
        Drop its table too, with all rows
      </label>
    </Question>
  );
}

export function DeleteRecipe({
  recipe: { id, name },
  onClose,
  onDeleted,
}: { recipe: Named } & Closing) {
  const { send, sending, refused } = useCommand(DataDeleteRecipeDocument);
  return (
    <Question
      {...{ name, noun: 'recipe', sending, refused, onClose }}
      onYes={() => void send({ id }).then((answer) => answer && onDeleted())}
    >
      <p>What it has built stays in the warehouse. One that something uses cannot be deleted.</p>
    </Question>
  );
}

export function DeleteAgent({
  agent: { id, name },
  onClose,
  onDeleted,
}: { agent: Named } & Closing) {
  const { send, sending, refused } = useCommand(DataDeleteAgentDocument);
  return (
    <Question
      {...{ name, noun: 'agent', sending, refused, onClose }}
      onYes={() => void send({ id }).then((answer) => answer && onDeleted())}
    >
      <p>What it has answered stays. One that a scenario runs cannot be deleted.</p>
    </Question>
  );
}
