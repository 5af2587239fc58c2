// Writes a letter about the state that was entered.
module.exports = {
  execute(input) {
    return { notification_id: "n-" + input.instanceId, template: "order_" + input.toState };
  },
};
