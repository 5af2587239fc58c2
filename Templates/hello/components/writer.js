// Writes a letter. Gets the data of the resource; what it returns becomes part of it.
"use strict";

module.exports = {
  contract: {
    optional_inputs: { name: { type: "string", description: "Whom the letter is for" } },
    outputs: { text: { type: "string", description: "The letter" } },
  },

  execute({ name = "stranger" }) {
    return { text: `Dear ${name}, good to have you here.` };
  },
};
