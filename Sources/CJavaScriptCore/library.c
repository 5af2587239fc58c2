#if !defined(_GNU_SOURCE)
#define _GNU_SOURCE
#endif

#include "CJavaScriptCore.h"

#if defined(__APPLE__)

const char *workflow_javascript_problem(void) { return NULL; }

#else

#include <dlfcn.h>
#include <stdio.h>

/// The names under which distributions have it, those that the tests run with first.
static const char *const libraries[] = {
    "libjavascriptcoregtk-4.1.so.0", "libjavascriptcoregtk-6.0.so.1", "libjavascriptcoregtk-4.0.so.18",
};

/// Every function: what it returns, its name, its parameters, and how they are handed on.
#define FUNCTIONS(FUNCTION) \
    FUNCTION(void, JSContextGroupRelease, (JSContextGroupRef group), (group)) \
    FUNCTION(void, JSContextGroupSetExecutionTimeLimit, \
        (JSContextGroupRef group, double seconds, JSShouldTerminateCallback callback, void *data), \
        (group, seconds, callback, data)) \
    FUNCTION(JSGlobalContextRef, JSGlobalContextCreateInGroup, \
        (JSContextGroupRef group, JSClassRef globalClass), (group, globalClass)) \
    FUNCTION(void, JSGlobalContextRelease, (JSGlobalContextRef context), (context)) \
    FUNCTION(void, JSGlobalContextSetName, (JSGlobalContextRef context, JSStringRef name), (context, name)) \
    FUNCTION(void, JSGlobalContextSetEvalEnabled, \
        (JSGlobalContextRef context, bool enabled, JSStringRef message), (context, enabled, message)) \
    FUNCTION(void, JSGlobalContextSetUnhandledRejectionCallback, \
        (JSGlobalContextRef context, JSObjectRef function, JSValueRef *exception), (context, function, exception)) \
    FUNCTION(void, JSSynchronousGarbageCollectForDebugging, (JSContextRef context), (context)) \
    FUNCTION(bool, JSCheckScriptSyntax, \
        (JSContextRef context, JSStringRef script, JSStringRef url, int line, JSValueRef *exception), \
        (context, script, url, line, exception)) \
    FUNCTION(JSValueRef, JSEvaluateScript, \
        (JSContextRef context, JSStringRef script, JSObjectRef object, JSStringRef url, int line, \
            JSValueRef *exception), \
        (context, script, object, url, line, exception)) \
    FUNCTION(JSClassRef, JSClassCreate, (const JSClassDefinition *definition), (definition)) \
    FUNCTION(JSObjectRef, JSObjectMake, (JSContextRef context, JSClassRef class, void *data), (context, class, data)) \
    FUNCTION(JSObjectRef, JSObjectMakeError, \
        (JSContextRef context, size_t count, const JSValueRef arguments[], JSValueRef *exception), \
        (context, count, arguments, exception)) \
    FUNCTION(JSValueRef, JSObjectCallAsFunction, \
        (JSContextRef context, JSObjectRef function, JSObjectRef object, size_t count, \
            const JSValueRef arguments[], JSValueRef *exception), \
        (context, function, object, count, arguments, exception)) \
    FUNCTION(void *, JSObjectGetPrivate, (JSObjectRef object), (object)) \
    FUNCTION(JSValueRef, JSObjectGetProperty, \
        (JSContextRef context, JSObjectRef object, JSStringRef name, JSValueRef *exception), \
        (context, object, name, exception)) \
    FUNCTION(JSStringRef, JSStringCreateWithCharacters, (const JSChar *characters, size_t count), (characters, count)) \
    FUNCTION(JSStringRef, JSStringCreateWithUTF8CString, (const char *text), (text)) \
    FUNCTION(const JSChar *, JSStringGetCharactersPtr, (JSStringRef string), (string)) \
    FUNCTION(size_t, JSStringGetLength, (JSStringRef string), (string)) \
    FUNCTION(size_t, JSStringGetMaximumUTF8CStringSize, (JSStringRef string), (string)) \
    FUNCTION(size_t, JSStringGetUTF8CString, (JSStringRef string, char *buffer, size_t size), (string, buffer, size)) \
    FUNCTION(void, JSStringRelease, (JSStringRef string), (string)) \
    FUNCTION(bool, JSValueIsNumber, (JSContextRef context, JSValueRef value), (context, value)) \
    FUNCTION(bool, JSValueIsObject, (JSContextRef context, JSValueRef value), (context, value)) \
    FUNCTION(bool, JSValueIsString, (JSContextRef context, JSValueRef value), (context, value)) \
    FUNCTION(JSValueRef, JSValueMakeNumber, (JSContextRef context, double number), (context, number)) \
    FUNCTION(JSValueRef, JSValueMakeString, (JSContextRef context, JSStringRef string), (context, string)) \
    FUNCTION(JSValueRef, JSValueMakeUndefined, (JSContextRef context), (context)) \
    FUNCTION(void, JSValueProtect, (JSContextRef context, JSValueRef value), (context, value)) \
    FUNCTION(void, JSValueUnprotect, (JSContextRef context, JSValueRef value), (context, value)) \
    FUNCTION(double, JSValueToNumber, (JSContextRef context, JSValueRef value, JSValueRef *exception), \
        (context, value, exception)) \
    FUNCTION(JSObjectRef, JSValueToObject, (JSContextRef context, JSValueRef value, JSValueRef *exception), \
        (context, value, exception)) \
    FUNCTION(JSStringRef, JSValueToStringCopy, (JSContextRef context, JSValueRef value, JSValueRef *exception), \
        (context, value, exception))

#define MEMBER(result, name, parameters, arguments) result (*name) parameters;
#define HAND_ON(result, name, parameters, arguments) \
    result name parameters { return library.name arguments; }
#define FIND(result, name, parameters, arguments) \
    if (!(library.name = (result (*) parameters)dlsym(handle, #name))) { return fail(#name " is missing in it"); }

/// Written once, before anybody has a context.
static struct {
    JSContextGroupRef (*JSContextGroupCreate)(void);
    JSGlobalContextRef (*JSGlobalContextCreate)(JSClassRef);
    FUNCTIONS(MEMBER)
} library;

static char problem[512];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void fail(const char *reason) { snprintf(problem, sizeof problem, "%s", reason ? reason : "unknown"); }

static void load(void) {
    void *handle = NULL;
    for (size_t index = 0; !handle && index < sizeof libraries / sizeof *libraries; index++) {
        handle = dlopen(libraries[index], RTLD_LAZY | RTLD_LOCAL);
        if (!handle && index == 0) { fail(dlerror()); }
    }
    if (!handle) { return; }
    problem[0] = 0;
    FIND(JSContextGroupRef, JSContextGroupCreate, (void), ())
    FIND(JSGlobalContextRef, JSGlobalContextCreate, (JSClassRef), ())
    FUNCTIONS(FIND)
}

const char *workflow_javascript_problem(void) {
    pthread_once(&once, load);
    return problem[0] ? problem : NULL;
}

JSContextGroupRef JSContextGroupCreate(void) {
    return workflow_javascript_problem() ? NULL : library.JSContextGroupCreate();
}

JSGlobalContextRef JSGlobalContextCreate(JSClassRef globalClass) {
    return workflow_javascript_problem() ? NULL : library.JSGlobalContextCreate(globalClass);
}

FUNCTIONS(HAND_ON)

#endif
