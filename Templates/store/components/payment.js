// Stands in for a payment provider: adds up the order by the catalogue, and declines the card "expired".
"use strict";

module.exports = {
  contract: {
    required_inputs: { items: { type: "map", description: "How many of what, such as {tea: 2}" } },
    optional_inputs: { card: { type: "string", description: "The name of a card" } },
    outputs: {
      status: { type: "string", description: "approved or declined; the latter is not tried again" },
      total: { type: "float", description: "What the order costs" },
      payment: { type: "string", description: "The reference of the payment" },
      error: { type: "string", description: "Why it was declined" },
    },
  },

  async execute({ items, card, idempotencyKey }) {
    let cents = 0;
    for (const [id, quantity] of Object.entries(items)) {
      const product = await workflow.resource.get("products", id);
      if (!product) return { status: "declined", error: `There is no product ${id}` };
      cents += Math.round(product.data.price * 100) * quantity;
    }
    if (card === "expired") return { status: "declined", error: "The card has expired" };

    // A step may run again after a crash: the same key always is the same payment.
    const digest = workflow.sha256(idempotencyKey);
    return { status: "approved", total: cents / 100, payment: `pay-${digest.slice(0, 10)}`, error: null };
  },
};
