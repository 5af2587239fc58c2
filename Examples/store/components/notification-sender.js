// A stand-in for a mail service: picks the template for the state an order has
// just entered and reports what would have been sent.
"use strict";

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

module.exports = {
  name: "notification-sender",

  contract: {
    required_inputs: {},
    optional_inputs: {
      toState: { type: "string", description: "The state the order has just entered" },
      id: { type: "string", description: "The order" },
    },
    outputs: {
      notification_id: { type: "string", description: "A fresh id for this message" },
      channel: { type: "string", description: "How it was sent" },
      template: { type: "string", description: "Which text was used" },
      sent_at: { type: "string", description: "When (ISO 8601)" },
    },
  },

  init(config) {
    latency = readLatency(config);
  },

  start() {},
  stop() {},

  async execute(input) {
    await simulateLatency();

    const template = `order_${input.toState || "updated"}`;
    workflow.log.info("notification sent", { template, order: input.id });
    return {
      notification_id: `ntf_${workflow.uuid()}`,
      channel: "email",
      template,
      sent_at: new Date(workflow.now()).toISOString(),
    };
  },
};
