// Decides how urgent a ticket is.
"use strict";

let urgent = [];

module.exports = {
  contract: {
    required_inputs: { title: { type: "string", description: "What the ticket is about" } },
    outputs: { priority: { type: "string", description: "high or normal" } },
  },

  // Gets the key `config` of the module.
  init(config) {
    urgent = config.urgentWords ?? [];
  },

  execute({ title }) {
    const words = title.toLowerCase().split(/\W+/);
    return { priority: urgent.some((word) => words.includes(word)) ? "high" : "normal" };
  },
};
