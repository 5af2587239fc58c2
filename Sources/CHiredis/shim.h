#pragma once

#include <sys/time.h>
#include <hiredis.h>
