/** Issues a token to oneself, or to a service, and shows its text, this once, with how a program sends it. */
import { useId, useState, type SubmitEvent } from 'react';
import { useQuery } from 'urql';
import {
  SettingsIssueTokenDocument,
  SettingsServicesDocument,
} from '../../../generated/graphql.ts';
import { useCommand } from '../../../live/use-command.ts';
import { Button } from '../../../parts/button.tsx';
import { CopyButton } from '../../../parts/copy-button.tsx';
import { Dialog } from '../../../parts/dialog.tsx';
import { Field, inputClass } from '../../../parts/field.tsx';
import { Refusal } from '../../../parts/notice.tsx';
import { usePlace, type Project } from '../../../shell/place.ts';
import { useIsAdmin } from '../../../shell/use-viewer.ts';
import { readerZone } from '../../../words/time.ts';
import { Once } from '../once.tsx';
import { ProjectSelect } from '../project-select.tsx';
import { expiresAt, EXPIRIES, USUAL, type Expiry } from './expiry.ts';
import { SCOPES, type Token } from './token-words.ts';
import styles from './issue-token.module.css';

type Issued = { readonly text: string; readonly token: Token };

/** Mount it while it is open. */
export function IssueToken({ onClose, onChange }: { onClose: () => void; onChange: () => void }) {
  const [issued, setIssued] = useState<Issued | null>(null);
  if (issued) return <Shown issued={issued} onClose={onClose} />;
  return (
    <Ask
      onClose={onClose}
      onIssued={(token) => {
        setIssued(token);
        onChange();
      }}
    />
  );
}

function Ask({ onClose, onIssued }: { onClose: () => void; onIssued: (issued: Issued) => void }) {
  const form = useId();
  const { project } = usePlace();
  const [meant, setMeant] = useState<Project | null>(project);
  const isAdmin = useIsAdmin() ?? false;
  const [expiry, setExpiry] = useState<Expiry>(USUAL);
  const { send, sending, refused } = useCommand(SettingsIssueTokenDocument);
  const problemOf = (field: string) =>
    refused?.problems.find(({ path }) => path[0] === field)?.message;
  const [{ data }] = useQuery({ query: SettingsServicesDocument, pause: !isAdmin });
  const services = (data?.members.nodes ?? []).flatMap(({ isService, user }) =>
    isService && user ? [user] : [],
  );
  const isPlaced = problemOf('name') !== undefined || problemOf('expiresAt') !== undefined;

  async function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const scope = SCOPES.find((each) => each.scope === given.get('scope'))?.scope;
    const answer = await send({
      name: String(given.get('name')).trim(),
      scopes: scope ? [scope] : [],
      projectId: meant?.id ?? null,
      expiresAt: expiresAt(expiry, String(given.get('at')), Date.now()),
      serviceId: String(given.get('service') ?? '') || null,
    });
    if (answer?.issueToken.__typename === 'IssuedToken') onIssued(answer.issueToken);
  }

  return (
    <Dialog
      open
      onClose={onClose}
      title="Issue a token"
      actions={
        <>
          <Button onClick={onClose}>Back</Button>
          <Button type="submit" form={form} kind="primary" busy={sending}>
            Issue
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={(event) => void submit(event)} style={{ display: 'contents' }}>
        {!isPlaced && <Refusal refused={refused} />}
        <Field
          label="Name"
          problem={problemOf('name')}
          help="What uses it, and where: you will know it by this."
        >
          {(given) => <input {...given} name="name" maxLength={100} required />}
        </Field>
        {services.length > 0 && (
          <Field label="For" help="A service cannot sign in; a token is all that it has.">
            {(given) => (
              <select {...given} name="service" defaultValue="">
                <option value="">You</option>
                {services.map(({ id, name }) => (
                  <option key={id} value={id}>
                    {name}
                  </option>
                ))}
              </select>
            )}
          </Field>
        )}
        <Field label="It may" help="Never more than its owner may, now or later.">
          {(given) => (
            <select {...given} name="scope" defaultValue="READ">
              {SCOPES.filter(({ scope }) => scope !== 'ADMIN' || isAdmin).map(
                ({ scope, label }) => (
                  <option key={scope} value={scope}>
                    {label}
                  </option>
                ),
              )}
              <option value="">All that its owner may</option>
            </select>
          )}
        </Field>
        <Field label="Project" help="Meant where a request names none. It limits nothing.">
          {(given) => (
            <ProjectSelect
              {...given}
              value={meant}
              none="None: each request names its own"
              onProject={setMeant}
            />
          )}
        </Field>
        <Field
          label="It ends"
          problem={expiry === 'at' ? null : problemOf('expiresAt')}
          help={expiry === 'never' ? 'One that ends by itself is safer to lose.' : undefined}
        >
          {(given) => (
            <select
              {...given}
              value={expiry}
              onChange={(event) => setExpiry(event.target.value as Expiry)}
            >
              {EXPIRIES.map(({ value, label }) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </select>
          )}
        </Field>
        {expiry === 'at' && (
          <Field label="At" problem={problemOf('expiresAt')} help={`In your zone, ${readerZone}.`}>
            {(given) => <input {...given} name="at" type="datetime-local" required />}
          </Field>
        )}
      </form>
    </Dialog>
  );
}

function Shown({ issued: { text, token }, onClose }: { issued: Issued; onClose: () => void }) {
  const path = token.project ? '/api/scheduler/scenarios' : '/api/me';
  const command = `curl '${location.origin}${path}' \\\n  -H 'Authorization: Bearer ${text}'`;
  return (
    <Dialog
      open
      hold
      onClose={onClose}
      title={`${token.name} is issued`}
      actions={
        <Button kind="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      <Once
        label="Token"
        text={text}
        warning="It is not shown again. Put it where the program reads it; if it is lost, issue another one."
      />
      <div className={styles['example']}>
        <p>
          {token.project ? `The scenarios of ${token.project.name}` : 'Who it speaks for'}, asked
          with it:
        </p>
        <textarea
          className={inputClass}
          readOnly
          rows={5}
          aria-label="Example"
          spellCheck={false}
          value={command}
        />
        <div>
          <CopyButton text={() => command} label="Copy the command" />
        </div>
      </div>
    </Dialog>
  );
}
