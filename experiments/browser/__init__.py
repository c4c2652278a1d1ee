"""The compiled model for browsers: a WebAssembly module made of the same rules, and what a page is told of it."""
