// Follows one order until it is finished or the signal aborts.
//
// First choice is a stream of server-sent events. If the connection drops it is
// opened again, waiting longer each time. If the server answers something else,
// or a proxy holds the stream back, the order is polled once a second.

import { api, authorization, errorFrom, ApiError } from "./api.js";
import { isFinal } from "./order-model.js";
import { readEvents } from "./sse.js";

const FIRST_EVENT_MS = 5_000;
const SILENCE_MS = 60_000;
const POLL_MS = 1_000;
const BACKOFF_MS = { first: 500, most: 10_000 };

/**
 * @param onOrder  called with the raw order, at once and at each change
 * @param onLink   called with "live", "polling", "waiting" or "ended"
 * @throws ApiError when the server refuses (401, 403, 404)
 */
export async function followOrder(id, { signal, onOrder, onLink }) {
  let delay = BACKOFF_MS.first;
  let finished = false;

  const deliver = (order) => {
    delay = BACKOFF_MS.first;
    finished = isFinal(order?.state);
    onOrder(order);
  };

  while (!signal.aborted) {
    try {
      const streamed = await stream(id, signal, deliver, onLink);
      if (!streamed) await poll(id, signal, deliver, onLink);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && [401, 403, 404].includes(error.status)) throw error;
    }
    if (finished || signal.aborted) {
      if (!signal.aborted) onLink("ended");
      return;
    }
    onLink("waiting");
    await pause(delay + Math.random() * delay * 0.3, signal);
    delay = Math.min(delay * 2, BACKOFF_MS.most);
  }
}

/** Answers false when this server or the way to it does not stream. */
async function stream(id, signal, deliver, onLink) {
  const connection = new AbortController();
  const stop = () => connection.abort();
  signal.addEventListener("abort", stop, { once: true });

  // Two watches over silence: before the first event, and between heartbeats.
  let seen = false;
  let timer;
  const watch = () => {
    clearTimeout(timer);
    timer = setTimeout(stop, seen ? SILENCE_MS : FIRST_EVENT_MS);
  };

  try {
    watch();
    const response = await fetch(`/api/orders/${encodeURIComponent(id)}`, {
      headers: { Accept: "text/event-stream", ...authorization() },
      cache: "no-store",
      signal: connection.signal,
    });
    if (!response.ok) throw await errorFrom(response);
    const type = response.headers.get("Content-Type") ?? "";
    if (!type.startsWith("text/event-stream") || !response.body) {
      stop();
      return false;
    }
    for await (const { event, data } of readEvents(response.body, watch)) {
      if (event !== "resource") continue;
      seen = true;
      watch();
      onLink("live");
      deliver(JSON.parse(data));
    }
    return true;
  } catch (error) {
    // Silent from the start although it said it would stream: poll instead.
    if (connection.signal.aborted && !signal.aborted && !seen) return false;
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}

async function poll(id, signal, deliver, onLink) {
  let last = "";
  for (;;) {
    const order = await api.order(id, { signal });
    onLink("polling");
    const now = JSON.stringify(order);
    if (now !== last) deliver(order);
    last = now;
    if (isFinal(order?.state)) return;
    await pause(POLL_MS, signal);
    if (signal.aborted) return;
  }
}

/** Waits, but not past an abort. */
function pause(ms, signal) {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
  });
}
