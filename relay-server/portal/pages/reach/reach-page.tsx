/** Can A reach B?: ask for any two machines; you get the answer, the reason, and what would change it. */
import { ActionIcon, Tooltip } from '@mantine/core';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { ArrowLeftRight, Route } from 'lucide-react';
import { EmptyState } from '../../components/empty-state.tsx';
import { MachinePicker } from '../../components/machine-picker.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { Panel } from '../../components/panel.tsx';
import classes from './reach.module.css';
import { ReachAnswer } from './reach-answer.tsx';

const HERE = '/shell/s/$subscription/reach';

export function ReachPage() {
  const { subscription } = useParams({ from: HERE });
  const { from, to } = useSearch({ from: HERE });
  const navigate = useNavigate();
  const ask = (question: { readonly from: string | undefined; readonly to: string | undefined }) =>
    void navigate({
      to: '/s/$subscription/reach',
      params: { subscription },
      search: {
        ...(question.from === undefined ? {} : { from: question.from }),
        ...(question.to === undefined ? {} : { to: question.to }),
      },
      replace: true,
    });
  return (
    <>
      <PageHeader
        title="Can A reach B?"
        lead="Ask for any two machines; you get the answer, the reason, and what would change it."
      />
      <Panel mb="lg">
        <div className={classes.question}>
          <MachinePicker
            subscription={subscription}
            label="Can this machine"
            value={from}
            onChange={(id) => ask({ from: id, to })}
          />
          <Tooltip label="Swap the two">
            <ActionIcon
              className={classes.swap}
              variant="default"
              size="lg"
              aria-label="Swap the two machines"
              disabled={from === undefined && to === undefined}
              onClick={() => ask({ from: to, to: from })}
            >
              <ArrowLeftRight size={18} aria-hidden />
            </ActionIcon>
          </Tooltip>
          <MachinePicker
            subscription={subscription}
            label="reach this one?"
            value={to}
            onChange={(id) => ask({ from, to: id })}
          />
        </div>
      </Panel>
      {from === undefined || to === undefined ? (
        <EmptyState icon={Route} title={from === to ? 'Choose two machines' : 'Choose the other one'}>
          The answer is the one that the server gives to the machines themselves. If it is no, you can change that from
          here.
        </EmptyState>
      ) : (
        <ReachAnswer subscription={subscription} from={from} to={to} />
      )}
    </>
  );
}
