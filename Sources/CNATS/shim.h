#pragma once

// The C client of NATS; without it the module is empty, and only builds that leave the trait out succeed.
#if __has_include(<nats/nats.h>)
#include <nats/nats.h>
#include <stdlib.h>

/// Frees an array of constant texts, which Swift's `free` does not take.
static inline void workflow_nats_free(const char *_Nullable *_Nullable texts) { free((void *)texts); }
#endif
