/** A token that a link or a file has offered: nothing is done with it before the person agrees. */
import { Button, Modal } from '@mantine/core';
import { useAttempt } from '../shell/attempt.ts';
import column from '../shell/page-column.module.css';
import { RefusalAlert } from '../shell/refusal-alert.tsx';
import { useStore } from '../store/use-window.ts';
import { useWords } from '../words/use-words.ts';
import classes from './offered-token.module.css';
import { checkToken } from './token-check.ts';

export function OfferedToken({ token }: { readonly token: string }) {
  const { words } = useWords();
  const { call, go, forgetOffer } = useStore();
  const checked = checkToken(token);
  const activation = useAttempt(async () => {
    await call('up', { token });
    forgetOffer();
    go('status');
  });
  return (
    <Modal opened onClose={forgetOffer} title={words.activate.offered} withCloseButton={false}>
      <div className={column.column}>
        <p>{words.activate.offeredWhy}</p>
        {checked.is === 'good' ? (
          <p className={`mono ${classes.server}`}>{checked.server}</p>
        ) : (
          <p role="alert">{words.activate.mistyped}</p>
        )}
        <RefusalAlert error={activation.error} />
        <div className={classes.actions}>
          <Button variant="default" data-autofocus onClick={forgetOffer}>
            {words.activate.decline}
          </Button>
          <Button disabled={checked.is !== 'good'} loading={activation.running} onClick={() => activation.run()}>
            {words.activate.accept}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
