// A stand-in for a carrier: hands out a tracking number and a delivery date.
//
// As with payments, the order decides the outcome:
//   zip 99999   the carrier refuses the address, every time
//   zip 99998   refused once; accepted when shipping is retried
//   any other   accepted
"use strict";

const NEVER_SERVED = "99999";
const REFUSED_ONCE = "99998";
const DELIVERY_DAYS = 3;
const CARRIERS = ["USPS", "UPS", "FedEx"];

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

function isRefused(input, zip) {
  if (zip === NEVER_SERVED) return true;
  return zip === REFUSED_ONCE && input.fromState !== "ship_failed";
}

// Carriers do not deliver on Sundays: such a date moves to Monday.
function deliveryDate(now) {
  const date = new Date(now + DELIVERY_DAYS * 24 * 60 * 60 * 1000);
  if (date.getUTCDay() === 0) date.setUTCDate(date.getUTCDate() + 1);
  return date.toISOString().slice(0, 10);
}

module.exports = {
  name: "shipping-service",

  contract: {
    required_inputs: {},
    optional_inputs: {
      shipping: { type: "map", description: "Where the order goes: address, city, state, zip" },
      idempotencyKey: { type: "string", description: "The same key always gets the same parcel" },
      id: { type: "string", description: "The order, used when there is no idempotency key" },
      fromState: { type: "string", description: "The state the order comes from" },
    },
    outputs: {
      tracking_number: { type: "string", description: "The carrier's reference" },
      carrier: { type: "string", description: "Who delivers" },
      estimated_delivery: { type: "string", description: "Expected day, YYYY-MM-DD" },
      success: { type: "bool", description: "false when the carrier refused" },
      error: { type: "string", description: "Why, in words for the customer" },
    },
  },

  init(config) {
    latency = readLatency(config);
  },

  start() {},
  stop() {},

  async execute(input) {
    await simulateLatency();

    const zip = String((input.shipping && input.shipping.zip) || "").trim();
    if (isRefused(input, zip)) {
      workflow.log.warn("shipment refused", { zip });
      return { success: false, error: `No carrier delivers to ZIP ${zip}` };
    }

    // Same key, same parcel: a repeated step must not book a second one.
    const key = input.idempotencyKey || (input.id ? `order:${input.id}` : workflow.uuid());
    const digest = workflow.sha256(`shipment:${key}`);
    const carrier = CARRIERS[parseInt(digest.slice(0, 2), 16) % CARRIERS.length];
    const trackingNumber = `TRK-${digest.slice(2, 14).toUpperCase()}`;

    workflow.log.info("shipment booked", { tracking: trackingNumber, carrier });
    return {
      tracking_number: trackingNumber,
      carrier,
      estimated_delivery: deliveryDate(workflow.now()),
    };
  },
};
