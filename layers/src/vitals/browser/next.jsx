'use client';

// A copy of the module, which a GET of the service answers with, stands beside this file.
import { reporter } from './web-vitals.js';
import { useReportWebVitals } from 'next/web-vitals';

let send;

// Once, and in the browser alone: the hook would observe anew for another function.
function collect(metric) {
  send ??= reporter('/api/metrics/web-vitals');
  send(metric);
}

// Put it into the root layout: <body><WebVitals />{children}</body>
export function WebVitals() {
  useReportWebVitals(collect);
  return null;
}
