#pragma once

#include <stdbool.h>
#include <stddef.h>

// The part of JavaScriptCore's C interface that the engine uses. Elsewhere than on Apple's systems it is declared here, and
// the library is loaded when it is first needed: it and what it depends on take as long to load as everything else of a
// program does to start, and most runs of a program run no scripts.

#if defined(__APPLE__)
#include <JavaScriptCore/JavaScript.h>
#else

typedef const struct OpaqueJSContextGroup *JSContextGroupRef;
typedef const struct OpaqueJSContext *JSContextRef;
typedef struct OpaqueJSContext *JSGlobalContextRef;
typedef struct OpaqueJSString *JSStringRef;
typedef struct OpaqueJSClass *JSClassRef;
typedef const struct OpaqueJSValue *JSValueRef;
typedef struct OpaqueJSValue *JSObjectRef;
typedef unsigned short JSChar;

typedef JSValueRef (*JSObjectCallAsFunctionCallback)(
    JSContextRef context, JSObjectRef function, JSObjectRef thisObject, size_t count, const JSValueRef arguments[],
    JSValueRef *exception);

/// What makes a class of objects; all zero but for what is set. Callbacks that nobody sets are without a type here.
typedef struct {
    int version;
    unsigned attributes;
    const char *className;
    JSClassRef parentClass;
    const void *staticValues;
    const void *staticFunctions;
    void (*initialize)(void);
    void (*finalize)(JSObjectRef object);
    void (*hasProperty)(void);
    void (*getProperty)(void);
    void (*setProperty)(void);
    void (*deleteProperty)(void);
    void (*getPropertyNames)(void);
    JSObjectCallAsFunctionCallback callAsFunction;
    void (*callAsConstructor)(void);
    void (*hasInstance)(void);
    void (*convertToType)(void);
} JSClassDefinition;

/// A virtual machine; `NULL` when JavaScriptCore cannot be loaded.
JSContextGroupRef JSContextGroupCreate(void);
void JSContextGroupRelease(JSContextGroupRef group);
/// A context with a virtual machine of its own; `NULL` when JavaScriptCore cannot be loaded.
JSGlobalContextRef JSGlobalContextCreate(JSClassRef globalObjectClass);
JSGlobalContextRef JSGlobalContextCreateInGroup(JSContextGroupRef group, JSClassRef globalObjectClass);
void JSGlobalContextRelease(JSGlobalContextRef context);
void JSGlobalContextSetName(JSGlobalContextRef context, JSStringRef name);

bool JSCheckScriptSyntax(
    JSContextRef context, JSStringRef script, JSStringRef sourceURL, int startingLineNumber, JSValueRef *exception);
JSValueRef JSEvaluateScript(
    JSContextRef context, JSStringRef script, JSObjectRef thisObject, JSStringRef sourceURL, int startingLineNumber,
    JSValueRef *exception);

JSClassRef JSClassCreate(const JSClassDefinition *definition);
JSObjectRef JSObjectMake(JSContextRef context, JSClassRef objectClass, void *data);
JSObjectRef JSObjectMakeError(
    JSContextRef context, size_t count, const JSValueRef arguments[], JSValueRef *exception);
JSValueRef JSObjectCallAsFunction(
    JSContextRef context, JSObjectRef function, JSObjectRef thisObject, size_t count, const JSValueRef arguments[],
    JSValueRef *exception);
void *JSObjectGetPrivate(JSObjectRef object);
JSValueRef JSObjectGetProperty(JSContextRef context, JSObjectRef object, JSStringRef name, JSValueRef *exception);

JSStringRef JSStringCreateWithCharacters(const JSChar *characters, size_t count);
JSStringRef JSStringCreateWithUTF8CString(const char *text);
const JSChar *JSStringGetCharactersPtr(JSStringRef string);
size_t JSStringGetLength(JSStringRef string);
size_t JSStringGetMaximumUTF8CStringSize(JSStringRef string);
size_t JSStringGetUTF8CString(JSStringRef string, char *buffer, size_t size);
void JSStringRelease(JSStringRef string);

bool JSValueIsNumber(JSContextRef context, JSValueRef value);
bool JSValueIsObject(JSContextRef context, JSValueRef value);
bool JSValueIsString(JSContextRef context, JSValueRef value);
JSValueRef JSValueMakeNumber(JSContextRef context, double number);
JSValueRef JSValueMakeString(JSContextRef context, JSStringRef string);
JSValueRef JSValueMakeUndefined(JSContextRef context);
void JSValueProtect(JSContextRef context, JSValueRef value);
void JSValueUnprotect(JSContextRef context, JSValueRef value);
double JSValueToNumber(JSContextRef context, JSValueRef value, JSValueRef *exception);
JSObjectRef JSValueToObject(JSContextRef context, JSValueRef value, JSValueRef *exception);
JSStringRef JSValueToStringCopy(JSContextRef context, JSValueRef value, JSValueRef *exception);

#endif

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

/// Why JavaScriptCore cannot be loaded, or `NULL` when it is. The text lives as long as the process.
const char *workflow_javascript_problem(void);
