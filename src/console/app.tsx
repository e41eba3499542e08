/** Which screen stands at which address. Each is read when it is first gone to. */
import { lazy, Suspense, type ReactNode } from 'react';
import { Route, Switch } from 'wouter';
import { useSession } from './live/session.ts';
import { ButtonLink } from './parts/button.tsx';
import { Empty, Skeleton } from './parts/notice.tsx';
import { Page } from './parts/page.tsx';
import { LeaveGuard } from './shell/leave-guard.tsx';
import { paths, usePlace } from './shell/place.ts';
import { Shell } from './shell/shell.tsx';
import { Onward } from './screens/sign-in/onward.tsx';
import { SignIn } from './screens/sign-in/sign-in.tsx';

const Operations = lazy(() => import('./screens/operations/operations.tsx'));
const Scenarios = lazy(() => import('./screens/scenarios/scenarios.tsx'));
const Scenario = lazy(() => import('./screens/scenario/scenario.tsx'));
const NewScenario = lazy(() => import('./screens/scenario/new-scenario.tsx'));
const Run = lazy(() => import('./screens/run/run.tsx'));

const SCREENS: readonly (readonly [string, ReactNode])[] = [
  ['/p/:project/operations', <Operations key="operations" />],
  ['/p/:project/scenarios', <Scenarios key="scenarios" />],
  ['/p/:project/new-scenario', <NewScenario key="new" />],
  ['/p/:project/scenarios/:id/:part?', <Scenario key="scenario" />],
  ['/p/:project/runs/:id', <Run key="run" />],
];

export function App() {
  const session = useSession();
  if (session.state === 'unknown') return null;
  if (session.state === 'out') return <SignIn why={session.why} />;
  return (
    <Switch>
      <Route path="/sign-in">
        <Onward />
      </Route>
      <Route>
        <LeaveGuard>
          <Shell>
            <Suspense fallback={<Waiting />}>
              <Switch>
                {SCREENS.map(([path, screen]) => (
                  <Route key={path} path={path}>
                    {screen}
                  </Route>
                ))}
                <Route>
                  <Nothing />
                </Route>
              </Switch>
            </Suspense>
          </Shell>
        </LeaveGuard>
      </Route>
    </Switch>
  );
}

function Waiting() {
  return (
    <Page title="Loading">
      <Skeleton lines={6} />
    </Page>
  );
}

function Nothing() {
  const { project } = usePlace();
  return (
    <Page title="Nothing here">
      <Empty title="There is nothing at this address.">
        <ButtonLink href={paths.operations(project.slug)}>To Operations</ButtonLink>
      </Empty>
    </Page>
  );
}
