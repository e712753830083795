#pragma once
// Glibc leaves these two out of its Swift module.
#include <sys/epoll.h>
#include <sys/eventfd.h>
