// Makes the report of the day. Gets the `config` of the job, and the time that the run is for.
"use strict";

module.exports = {
  async execute({ currency, trigger_time }) {
    await workflow.publish("reports.daily", { day: trigger_time.slice(0, 10), currency });
    return {};
  },
};
