// Reports Web Vitals to the service that this module comes from.
//
//   import * as webVitals from 'web-vitals';
//   import { report } from '/api/metrics/web-vitals';
//   report(webVitals);
//
// The last value of each measurement is sent, when the page is hidden: not all browsers tell when it is left.
// Nothing but the fields below is sent, and nothing is kept on the device.

// What the service takes at most, less the brackets.
const MOST_BYTES = 16384 - 2;
// Longer paths are cut.
const MOST_PATH = 1024;

// Where this module came from; a copy in a bundle has to be told.
const here = import.meta.url.split(/[?#]/, 1)[0];

// Observes all vitals that the package web-vitals has.
export function report(webVitals, endpoint = here) {
  const send = reporter(endpoint);
  for (const name of ['CLS', 'FCP', 'INP', 'LCP', 'TTFB']) {
    webVitals['on' + name]?.(send, { reportSoftNavs: true });
  }
}

// Makes the function that takes one measurement, for web-vitals' `onCLS` and others, or Next.js'
// `useReportWebVitals`.
export function reporter(endpoint = here) {
  const waiting = new Map();
  const flush = () => {
    const reports = [...waiting.values()];
    waiting.clear();
    for (const batch of batches(reports)) {
      post(endpoint, batch);
    }
  };
  // At the window, so after web-vitals' own listeners, which settle the last values.
  addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') {
      flush();
    }
  });
  addEventListener('pagehide', flush);
  return ({ name, value, id, navigationType, navigationURL }) => {
    if (Number.isFinite(value)) {
      waiting.set(id, { name, value, id, navigationType, page: page(navigationURL) });
    }
  };
}

// The path of the page that was measured. After a soft navigation that is no longer the one that shows.
function page(url) {
  const path = url ? new URL(url, location.href).pathname : location.pathname;
  return path.slice(0, MOST_PATH);
}

// JSON of the reports, in arrays that the service takes.
function batches(reports) {
  const bytes = new TextEncoder();
  const done = [];
  let batch = [];
  let size = 0;
  for (const one of reports) {
    const json = JSON.stringify(one);
    const more = bytes.encode(json).length + 1;
    if (batch.length > 0 && size + more > MOST_BYTES) {
      done.push(batch);
      batch = [];
      size = 0;
    }
    batch.push(json);
    size += more;
  }
  if (batch.length > 0) {
    done.push(batch);
  }
  return done.map((batch) => `[${batch.join(',')}]`);
}

// A beacon outlives the page, and so does such a request where beacons are refused.
function post(endpoint, body) {
  if (navigator.sendBeacon?.(endpoint, body)) {
    return;
  }
  fetch(endpoint, { method: 'POST', body, keepalive: true, credentials: 'omit' }).catch(() => {});
}
