// A stand-in for a payment provider. Nothing is ever charged.
//
// The outcome depends only on the order, so a demo or a test can choose it:
//   zip 00000   declined, every time
//   zip 00001   declined once; approved when the customer retries
//   any other   approved
"use strict";

const ALWAYS_DECLINED = "00000";
const DECLINED_ONCE = "00001";

let latency = [0, 0];

// Waits a random time between the two bounds, to make a demo feel like work.
async function simulateLatency() {
  const [low, high] = latency;
  const wait = Math.round(low + (high - low) * workflow.random());
  if (wait > 0) await workflow.sleep(wait);
}

// Reads `{ latencyMs: [min, max] }`, with [0, 0] for anything unusable.
function readLatency(config) {
  const value = config && config.latencyMs;
  if (!Array.isArray(value) || value.length !== 2) return [0, 0];
  const [low, high] = value.map(Number);
  return low >= 0 && high >= low ? [low, high] : [0, 0];
}

function isDeclined(input) {
  const zip = String((input.shipping && input.shipping.zip) || "").trim();
  if (zip === ALWAYS_DECLINED) return true;
  return zip === DECLINED_ONCE && input.fromState !== "payment_failed";
}

module.exports = {
  name: "payment-processor",

  contract: {
    required_inputs: {},
    optional_inputs: {
      idempotencyKey: { type: "string", description: "The same key never charges twice" },
      id: { type: "string", description: "The order, used when there is no idempotency key" },
      total: { type: "float", description: "The amount to charge" },
      shipping: { type: "map", description: "Where the order goes; its zip decides the outcome" },
      fromState: { type: "string", description: "The state the order comes from" },
    },
    outputs: {
      status: { type: "string", description: "approved or declined" },
      transaction_id: { type: "string", description: "The provider's reference, when approved" },
      last4: { type: "string", description: "Last four digits of the card, when approved" },
      reason: { type: "string", description: "Why it was declined" },
      error: { type: "string", description: "The same, in words for the customer" },
    },
  },

  init(config) {
    latency = readLatency(config);
  },

  start() {},
  stop() {},

  async execute(input) {
    await simulateLatency();

    // A declined card is an answer, not a fault: it is returned, not thrown,
    // so the engine does not retry it on its own.
    if (isDeclined(input)) {
      workflow.log.warn("payment declined", { reason: "insufficient_funds" });
      return {
        status: "declined",
        reason: "insufficient_funds",
        error: "Payment declined: insufficient funds",
      };
    }

    // A step may run again after a crash. Deriving the reference from the key
    // means that the second run reports the same payment as the first.
    const key = input.idempotencyKey || (input.id ? `order:${input.id}` : workflow.uuid());
    const digest = workflow.sha256(`payment:${key}`);
    const transactionId = `txn_${digest.slice(0, 16)}`;

    workflow.log.info("payment approved", { transaction: transactionId });
    return { status: "approved", transaction_id: transactionId, last4: "4242" };
  },
};
