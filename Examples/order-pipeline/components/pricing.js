// Adds up what an order costs. Money is counted in cents: 0.1 + 0.2 is not 0.3 in floating point.
"use strict";

let cents = new Map();

module.exports = {
  contract: {
    required_inputs: {
      items: { type: "map", description: "How many of what, such as {tea: 2}" },
    },
    outputs: {
      available: { type: "bool", description: "Whether everything is for sale" },
      total: { type: "float", description: "What the order costs" },
      error: { type: "string", description: "Why not, in words" },
    },
  },

  // Gets the key `config` of the module.
  init(config) {
    cents = new Map(Object.entries(config.prices).map(([name, price]) => [name, Math.round(price * 100)]));
  },

  execute({ items }) {
    let total = 0;
    for (const [name, quantity] of Object.entries(items)) {
      if (!cents.has(name)) return { available: false, error: `We do not sell ${name}` };
      total += cents.get(name) * quantity;
    }
    return { available: true, total: total / 100 };
  },
};
