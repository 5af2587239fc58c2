// Packs a parcel and tells the carrier. The first attempt at a heavy parcel fails, to show a retry.
"use strict";

module.exports = {
  async execute(input) {
    const count = Object.values(input.items).reduce((sum, quantity) => sum + quantity, 0);
    if (count > 10 && input.attempt === 1) throw new Error("the box is too small");

    // A step may run again after a crash: the same key always makes the same parcel.
    const digest = workflow.sha256(input.idempotencyKey);
    const parcel = `P-${digest.slice(0, 10)}`;
    await workflow.publish("parcels.ready", { parcel, order: input.id, items: count });
    return { parcel, packed_at_attempt: input.attempt };
  },
};
