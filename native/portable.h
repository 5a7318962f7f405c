// Included before everything else in a portable build for Linux (buildNative.ts, `portable`): binds the functions whose newest
// version appeared after the C library that Node needs (glibc 2.28) to their first version, which every glibc has. So the object
// code runs on older systems than the one that compiled it.
#pragma once

#if defined(__x86_64__)
#define HANDGRAD_OLDEST(name) __asm__(".symver " #name "," #name "@GLIBC_2.2.5")
#else
#define HANDGRAD_OLDEST(name) __asm__(".symver " #name "," #name "@GLIBC_2.17")
#endif

HANDGRAD_OLDEST(pow);
HANDGRAD_OLDEST(log);
HANDGRAD_OLDEST(exp);
HANDGRAD_OLDEST(pthread_create);
HANDGRAD_OLDEST(pthread_join);
