// Nothing beyond what the builder does by itself; package.json says what is shared with JupyterLab and what is bundled.
module.exports = {};
