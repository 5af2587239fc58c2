// Stands in for a carrier.
"use strict";

module.exports = {
  async execute({ idempotencyKey }) {
    const digest = workflow.sha256(idempotencyKey);
    return { parcel: `P-${digest.slice(0, 10)}` };
  },
};
