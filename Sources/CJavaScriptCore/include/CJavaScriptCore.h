#pragma once

#include "javascript.h"
#include "worker.h"
