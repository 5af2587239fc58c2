// Checks a new order against the catalogue and reserves what it asks for.
//
// Two kinds of "no" matter to a workflow:
//   - throwing means the request itself is broken, or something failed that is
//     worth trying again;
//   - returning `available: false` means the shop looked and the answer is no.
//     Trying again would not change it.
"use strict";

const RESERVATION_MINUTES = 15;
const MAX_QUANTITY = 10000;

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

// Money is added up in whole cents: 0.1 + 0.2 is not 0.3 in floating point.
function toCents(amount) {
  const cents = Math.round(Number(amount) * 100);
  if (!Number.isSafeInteger(cents) || cents < 0) throw new Error("the catalogue holds an invalid price");
  return cents;
}

// Turns the customer's lines into one quantity per product, so that asking for
// the same product twice cannot slip past the stock check.
function collectQuantities(items) {
  if (!Array.isArray(items) || items.length === 0) {
    throw new Error("an order needs at least one item");
  }
  const quantities = new Map();
  for (const item of items) {
    const id = item && item.productId;
    const quantity = item && item.quantity;
    if (typeof id !== "string" || id === "") throw new Error("every item needs a productId");
    if (!Number.isInteger(quantity) || quantity < 1 || quantity > MAX_QUANTITY) {
      throw new Error(`the quantity of ${id} must be a whole number from 1 to ${MAX_QUANTITY}`);
    }
    quantities.set(id, (quantities.get(id) || 0) + quantity);
  }
  return quantities;
}

function refuse(reason, productId, error) {
  workflow.log.warn("order refused", { reason, product: productId });
  return { available: false, reason, failed_item: productId, error };
}

module.exports = {
  name: "order-validator",

  contract: {
    required_inputs: {
      items: { type: "slice", description: "What is ordered: a list of {productId, quantity}" },
    },
    optional_inputs: {
      shipping: { type: "map", description: "Where it goes: address, city, state, zip" },
    },
    outputs: {
      available: { type: "bool", description: "Whether the whole order can be fulfilled" },
      items: { type: "slice", description: "The order lines with name and price from the catalogue" },
      total: { type: "float", description: "What the customer pays" },
      checked_items: { type: "int", description: "How many order lines were checked" },
      reserved_until: { type: "string", description: "When the reservation lapses (ISO 8601)" },
      reason: { type: "string", description: "Why not: out_of_stock, unknown_product or not_for_sale" },
      failed_item: { type: "string", description: "The product that could not be supplied" },
      error: { type: "string", description: "The same, in words for the customer" },
    },
  },

  init(config) {
    latency = readLatency(config);
  },

  start() {},
  stop() {},

  async execute(input) {
    const quantities = collectQuantities(input.items);
    await simulateLatency();

    const lines = [];
    let totalCents = 0;
    for (const [productId, quantity] of quantities) {
      const product = await workflow.resource.get("products", productId);
      if (!product) {
        return refuse("unknown_product", productId, `Product ${productId} is not in the catalogue`);
      }
      const { name, price, stock } = product.data;
      if (product.state && product.state !== "active") {
        return refuse("not_for_sale", productId, `${name} is no longer for sale`);
      }
      if (quantity > Number(stock)) {
        return refuse("out_of_stock", productId, `${name} is out of stock: ${quantity} ordered, ${stock} available`);
      }
      // The price always comes from the catalogue, never from the customer.
      const cents = toCents(price);
      totalCents += cents * quantity;
      lines.push({ productId, name, quantity, price: cents / 100 });
    }

    workflow.log.info("order validated", { lines: lines.length, total_cents: totalCents });
    return {
      available: true,
      items: lines,
      total: totalCents / 100,
      checked_items: lines.length,
      reserved_until: new Date(workflow.now() + RESERVATION_MINUTES * 60 * 1000).toISOString(),
    };
  },
};
