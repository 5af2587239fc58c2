// Tells who is attacked. Gets the pattern that occurred, and the events that made it up.
"use strict";

module.exports = {
  async execute({ patternId, correlationId, events }) {
    const addresses = [...new Set(events.map((event) => event.sourceId))];
    await workflow.publish(`alarms.${patternId}`, { user: correlationId, addresses });
    return { user: correlationId };
  },
};
