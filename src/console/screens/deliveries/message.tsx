/** The message as it was sent: its HTML in a frame that runs nothing and asks nobody, its text, its attachments. */
import { useState } from 'react';
import { Choice } from '../../parts/choice.tsx';
import { FileList } from '../../parts/file-list.tsx';
import { Empty } from '../../parts/notice.tsx';
import { Panel } from '../../parts/panel.tsx';
import type { WholeDelivery } from './delivery.tsx';
import { filesOf, readMessage } from './read-message.ts';
import styles from './delivery.module.css';

type Look = 'html' | 'text';

export function Message({ delivery }: { delivery: WholeDelivery }) {
  const { htmlPath, recipient, subject, run } = delivery;
  const message = readMessage(delivery.message);
  const [chosen, choose] = useState<Look>('html');
  const look = htmlPath === null ? 'text' : chosen;
  if (message === null)
    return (
      <Panel title="Message">
        <Empty title="What was sent is not kept." />
      </Panel>
    );
  const files = filesOf(message);
  return (
    <Panel
      title="Message"
      note={message.from === null ? undefined : `from ${message.from}`}
      flush
      actions={
        htmlPath !== null && (
          <Choice
            label="Look at the message as"
            value={look}
            options={[
              { value: 'html', label: 'Mail' },
              { value: 'text', label: 'Plain text' },
            ]}
            onChange={choose}
          />
        )
      }
    >
      {files.length > 0 && (
        <div className={styles['attached']}>
          <h3>{files.length === 1 ? 'One attachment' : `${files.length} attachments`}</h3>
          <FileList label="Attachments" files={files} />
        </div>
      )}
      {look === 'html' && htmlPath !== null ? (
        <iframe
          // A retry may have sent another message.
          key={`${htmlPath} ${run.id}`}
          className={styles['frame']}
          src={htmlPath}
          sandbox=""
          title={`The mail “${subject}” to ${recipient}`}
        />
      ) : (
        // Longer than its place it scrolls, so it can be reached by keyboard.
        <pre className={styles['text']} tabIndex={0} role="region" aria-label="Plain text">
          {message.text}
        </pre>
      )}
    </Panel>
  );
}
