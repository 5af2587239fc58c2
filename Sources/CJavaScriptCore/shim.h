#pragma once

#include <stdbool.h>
#include <JavaScriptCore/JavaScript.h>

// Functions that the library exports and its headers leave out. A test pins each of them.

/// Decides, when the time limit has passed, whether the script ends.
typedef bool (*JSShouldTerminateCallback)(JSContextRef context, void *userData);

/// Limits the processor time of each entry into the group's virtual machine.
void JSContextGroupSetExecutionTimeLimit(
    JSContextGroupRef group, double seconds, JSShouldTerminateCallback callback, void *userData);

/// Lets `eval` and the function constructors throw `message`.
void JSGlobalContextSetEvalEnabled(JSGlobalContextRef context, bool enabled, JSStringRef message);

/// Names a function that gets each rejected promise that nobody handles, and the reason.
void JSGlobalContextSetUnhandledRejectionCallback(
    JSGlobalContextRef context, JSObjectRef function, JSValueRef *exception);

/// Collects the whole heap before it returns. `JSGarbageCollect` only asks for a collection on a run loop, and an engine's
/// thread has none.
void JSSynchronousGarbageCollectForDebugging(JSContextRef context);
