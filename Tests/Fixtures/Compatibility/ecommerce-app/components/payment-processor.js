// Takes all cards.
module.exports = {
  execute(input) {
    return { transaction_id: "txn-" + input.idempotencyKey, status: "approved", last4: "0000" };
  },
};
