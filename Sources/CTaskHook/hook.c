#include "CTaskHook.h"

extern void (*swift_task_enqueueGlobal_hook)(const void *job, const void *original);

void workflow_set_task_hook(void (*hook)(const void *job, const void *original)) {
    swift_task_enqueueGlobal_hook = hook;
}
