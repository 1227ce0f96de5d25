// Carries the precompiled header that the libraries on the event loop reuse.
