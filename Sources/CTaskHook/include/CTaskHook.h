#pragma once

/// Has the Swift runtime give each job that is to run to a function instead of its own threads.
///
/// The variable is part of the runtime's interface (swift/Runtime/Concurrency.h). It is linked rather than looked up, as
/// a program that has the runtime in it does not export it.
///
/// @param hook Gets the job, and what would run it without the hook; `NULL` for the threads of the runtime.
void workflow_set_task_hook(void (*hook)(const void *job, const void *original));
