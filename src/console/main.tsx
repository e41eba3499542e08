/** Starts the console, or the tile alone where it is embedded. */
import '@fontsource-variable/inter/wght.css';
import './styles/tokens.css';
import './styles/base.css';
import { StrictMode, lazy, Suspense } from 'react';
import { CSPProvider } from '@base-ui/react/csp-provider';
import { createRoot } from 'react-dom/client';
import { Provider } from 'urql';
import { App } from './app.tsx';
import { createGraphQL } from './live/client.ts';
import { findSession } from './live/session.ts';
import { createSocket } from './live/socket.ts';
import { TipProvider } from './parts/tip.tsx';
import { SocketContext } from './shell/socket-context.ts';

const Tile = lazy(() => import('./screens/tile/tile.tsx'));

const isTile = location.pathname === '/tiles/scheduler';
const token = isTile ? (new URLSearchParams(location.search).get('token') ?? '') : undefined;
const socket = createSocket(token);
const client = createGraphQL(socket);
if (!isTile) void findSession();

// After a deployment the parts of an older build are gone; the page is read anew, once, and finds the new ones.
const RELOADED = 'hf-reloaded';
addEventListener('vite:preloadError', (event) => {
  if (Date.now() - Number(sessionStorage.getItem(RELOADED)) < 60_000) return;
  event.preventDefault();
  sessionStorage.setItem(RELOADED, String(Date.now()));
  location.reload();
});

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <Provider value={client}>
      <SocketContext value={socket}>
        {/* The page's policy allows no style elements. */}
        <CSPProvider disableStyleElements>
          <TipProvider delay={350}>
            {isTile ? (
              <Suspense>
                <Tile />
              </Suspense>
            ) : (
              <App />
            )}
          </TipProvider>
        </CSPProvider>
      </SocketContext>
    </Provider>
  </StrictMode>,
);
