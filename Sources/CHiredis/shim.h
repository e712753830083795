#pragma once
#include <hiredis/hiredis.h>

// hiredis 1.x reads RESP3 too, which this client never asks for. Where a function is missing, its reader hands out a type
// number in the place of an object; a null makes it fail with an error instead.
#if HIREDIS_MAJOR >= 1
static inline void *tracegate_no_double(const redisReadTask *task, double value, char *text, size_t length) {
  (void)task, (void)value, (void)text, (void)length;
  return 0;
}

static inline void *tracegate_no_bool(const redisReadTask *task, int value) {
  (void)task, (void)value;
  return 0;
}
#endif

static inline void tracegate_refuse_resp3(redisReplyObjectFunctions *functions) {
#if HIREDIS_MAJOR >= 1
  functions->createDouble = tracegate_no_double;
  functions->createBool = tracegate_no_bool;
#else
  (void)functions;
#endif
}
