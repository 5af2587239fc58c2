#if JavaScript
/// The script that runs first in the context of each component. It builds what a component sees of the engine and
/// returns the functions through which the engine enters the component.
///
/// It keeps its own references to every built-in it uses, so that a component that replaces built-ins confuses only itself.
enum Prelude {
    /// The source name in stack traces, by which the engine knows its own frames.
    static let sourceName = "workflow:prelude"

    static let source = """
        (function (native) {
        "use strict";
        const { parse, stringify } = JSON;
        const { freeze, defineProperty } = Object;
        const { apply } = Reflect;
        const P = Promise, E = Error, T = TypeError, S = String, N = Number;
        const then = P.prototype.then;
        const mapGet = Map.prototype.get, mapSet = Map.prototype.set, mapDelete = Map.prototype.delete;
        const push = Array.prototype.push, join = Array.prototype.join;
        const now = Date.now;
        const take = (map, key) => { const found = apply(mapGet, map, [key]); apply(mapDelete, map, [key]); return found; };

        for (const name of ["WebAssembly", "SharedArrayBuffer", "Atomics", "FinalizationRegistry", "ShadowRealm", "eval"])
            delete globalThis[name];

        // Operations of the engine; the numbers are those of NativeOperation.
        const SETTLE = 0, REJECT = 1, HOST = 2, TIMER = 3, CLEAR = 4, LOG = 5, RANDOM = 6, UUID = 7, SHA256 = 8,
            HMAC = 9, ENCODE = 10, DECODE = 11, DESCRIBE = 12;
        const THROWN = 0, INVALID = 1, CONTRACT = 2;

        const text = (value) => {
            if (typeof value === "string") return value;
            try {
                if (typeof value === "object" && value !== null) {
                    if (value instanceof E) return S(value);
                    const json = stringify(value);
                    if (typeof json === "string") return json;
                }
                return S(value);
            } catch { return "a value that cannot be written as text"; }
        };
        const field = (value, key) => { try { return value[key]; } catch { return undefined; } };
        const reject = (id, kind, value) => {
            if (typeof value === "object" && value !== null && value instanceof E) {
                const name = field(value, "name"), message = field(value, "message"), line = field(value, "line"),
                    column = field(value, "column"), url = field(value, "sourceURL"), stack = field(value, "stack");
                native(REJECT, id, kind, 1, typeof name === "string" ? name : "Error", text(message),
                    typeof line === "number" ? line : 0, typeof column === "number" ? column : 0,
                    typeof url === "string" ? url : "", typeof stack === "string" ? stack : "");
            } else {
                const message = typeof value === "string" ? value : "the script threw " + text(value);
                native(REJECT, id, kind, 0, "", message, 0, 0, "", "");
            }
            return null;
        };
        const encode = (id, value) => {
            let json;
            try { json = stringify(value); } catch (error) { return reject(id, INVALID, error); }
            if (typeof json === "string") return json;
            return value === undefined ? "null" : reject(id, INVALID, "a " + typeof value + " has no JSON form");
        };
        // Calls a function of the component: JSON when it is done, null when it failed or is not done yet.
        const run = (id, method, self, args) => {
            let value;
            try {
                value = apply(method, self, args);
                if (typeof value === "object" && value !== null && typeof value.then === "function") {
                    const promise = value instanceof P ? value : new P((resolve) => resolve(value));
                    apply(then, promise, [
                        (result) => { const json = encode(id, result); if (json !== null) native(SETTLE, id, json); },
                        (error) => { reject(id, THROWN, error); },
                    ]);
                    return null;
                }
            } catch (error) { return reject(id, THROWN, error); }
            return encode(id, value);
        };

        const pending = new Map(), timers = new Map();
        const host = (name, args) => new P((resolve, refuse) => {
            const id = native(HOST, S(name), stringify(args));
            apply(mapSet, pending, [id, [resolve, refuse]]);
        });
        const schedule = (callback, delay, args) => {
            const id = native(TIMER, N(delay) || 0);
            apply(mapSet, timers, [id, [callback, args]]);
            return id;
        };
        const log = (level) => (message, metadata) => {
            native(LOG, level, text(message), metadata === undefined ? "" : text(metadata));
        };
        const print = (level) => (...values) => {
            const parts = [];
            for (let index = 0; index < values.length; index++) apply(push, parts, [text(values[index])]);
            native(LOG, level, apply(join, parts, [" "]), "");
        };
        const need = (value, what) => { if (typeof value !== "string") throw new T(what + " must be a string"); return value; };
        const global = (name, value) => defineProperty(globalThis, name, { value, enumerable: false });

        global("workflow", freeze({
            log: freeze({ debug: log(0), info: log(1), warn: log(2), error: log(3) }),
            now: () => now(),
            random: () => native(RANDOM),
            uuid: () => native(UUID),
            sha256: (value) => native(SHA256, need(value, "the text")),
            hmacSHA256: (key, value) => native(HMAC, need(key, "the key"), need(value, "the text")),
            base64: freeze({
                encode: (value) => native(ENCODE, need(value, "the text")),
                decode: (value) => native(DECODE, need(value, "the base64 text")),
            }),
            sleep: (delay) => new P((resolve) => { schedule(resolve, delay, []); }),
            call: (name, ...args) => host(name, args),
            publish: (topic, payload) => host("publish", [topic, payload]),
            transition: (instance, name, data) => host("transition", [instance, name, data]),
            fetch: (url, options) => host("fetch", [url, options]),
            resource: freeze({ get: (type, id) => host("resource.get", [type, id]) }),
            kv: freeze({
                get: (key) => host("kv.get", [key]),
                set: (key, value, options) => host("kv.set", [key, value, options]),
                delete: (key) => host("kv.delete", [key]),
            }),
        }));
        global("console", freeze({
            debug: print(0), log: print(1), info: print(1), warn: print(2), error: print(3),
        }));
        global("setTimeout", (callback, delay, ...args) => {
            if (typeof callback !== "function") throw new T("setTimeout needs a function");
            return schedule(callback, delay, args);
        });
        global("clearTimeout", (id) => {
            if (typeof id === "number" && apply(mapDelete, timers, [id])) native(CLEAR, id);
        });
        (() => {
        \(standardGlobals)
        })();

        const require = (name) => {
            throw new E("require is not available: a component is one file and gets what it needs from `workflow`");
        };
        const optional = ["init", "start", "stop"];
        let self, methods;
        const entry = {
            load(id, factory, configuration) {
                const module = { exports: {} };
                try { apply(factory, module.exports, [module, module.exports, require]); }
                catch (error) { return reject(id, THROWN, error); }
                try {
                    self = module.exports;
                    if ((typeof self !== "object" && typeof self !== "function") || self === null)
                        return reject(id, CONTRACT, "module.exports must be an object with the function execute");
                    const { name, contract, execute, init, start, stop } = self;
                    if (typeof execute !== "function")
                        return reject(id, CONTRACT, "module.exports.execute must be a function");
                    methods = { execute, init, start, stop };
                    for (let index = 0; index < optional.length; index++) {
                        const key = optional[index];
                        if (methods[key] !== undefined && typeof methods[key] !== "function")
                            return reject(id, CONTRACT, "module.exports." + key + " must be a function");
                    }
                    if (name !== undefined && typeof name !== "string")
                        return reject(id, CONTRACT, "module.exports.name must be a string");
                    if (contract !== undefined && (typeof contract !== "object" || contract === null))
                        return reject(id, CONTRACT, "module.exports.contract must be an object");
                    native(DESCRIBE, name === undefined ? "" : name, contract === undefined ? "" : stringify(contract));
                } catch (error) { return reject(id, CONTRACT, error); }
                return methods.init === undefined ? "null" : run(id, methods.init, self, [parse(configuration)]);
            },
            execute(id, input) { return run(id, methods.execute, self, [parse(input)]); },
            start(id) { return methods.start === undefined ? "null" : run(id, methods.start, self, []); },
            stop(id) { return methods.stop === undefined ? "null" : run(id, methods.stop, self, []); },
            resolve(id, json) { const call = take(pending, id); if (call !== undefined) call[0](parse(json)); },
            refuse(id, message) { const call = take(pending, id); if (call !== undefined) call[1](new E(message)); },
            forget(id) { take(pending, id); },
            fire(id) { const timer = take(timers, id); if (timer !== undefined) apply(timer[0], undefined, timer[1]); },
            clear(id) { take(timers, id); },
            unhandled(promise, reason) { native(LOG, 3, "unhandled rejection: " + text(reason), ""); },
        };
        return entry;
        })
        """
}
#endif
