// The workers and the worker-free page are built by scripts/build.mjs; the labextension needs nothing beyond what the builder does.
module.exports = {};
