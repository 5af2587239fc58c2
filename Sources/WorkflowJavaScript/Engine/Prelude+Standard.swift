#if JavaScript
extension Prelude {
    /// The part of the prelude that adds what programs expect besides the language itself: `queueMicrotask`,
    /// `structuredClone`, `TextEncoder` and `TextDecoder`. All of it is computed within the component.
    static let standardGlobals = #"""
        const bind = Function.prototype.bind, call = Function.prototype.call;
        // A method as a function of its object and its arguments, whatever becomes of the method later.
        const method = (prototype, name) => apply(bind, call, [prototype[name]]);
        const getter = (prototype, name) =>
            apply(bind, call, [Object.getOwnPropertyDescriptor(prototype, name).get]);
        // A component may put something else in place of these.
        const standard = (name, value) =>
            defineProperty(globalThis, name, { value, writable: true, enumerable: false, configurable: true });

        const settled = new P((resolve) => resolve());
        standard("queueMicrotask", function queueMicrotask(callback) {
            if (typeof callback !== "function") throw new T("queueMicrotask needs a function");
            apply(then, settled, [() => { callback(); }]);
        });

        const U8 = Uint8Array, Buffer = ArrayBuffer, View = DataView, isView = ArrayBuffer.isView, R = RangeError;
        const codeAt = method(S.prototype, "charCodeAt"), trim = method(S.prototype, "trim"),
            lower = method(S.prototype, "toLowerCase"), copyOfBytes = method(U8.prototype, "slice"),
            characters = S.fromCharCode;

        class TextEncoder {
            get encoding() { return "utf-8"; }
            encode(input = "") {
                const source = S(input), size = source.length, bytes = new U8(size * 3);
                let end = 0;
                for (let index = 0; index < size; index++) {
                    let code = codeAt(source, index);
                    if ((code & 0xF800) === 0xD800) {
                        const next = index + 1 < size ? codeAt(source, index + 1) : 0;
                        if (code < 0xDC00 && (next & 0xFC00) === 0xDC00) {
                            code = 0x10000 + ((code & 0x3FF) << 10) + (next & 0x3FF);
                            index++;
                        } else code = 0xFFFD;
                    }
                    if (code < 0x80) { bytes[end++] = code; continue; }
                    if (code < 0x800) bytes[end++] = 0xC0 | code >> 6;
                    else {
                        if (code < 0x10000) bytes[end++] = 0xE0 | code >> 12;
                        else {
                            bytes[end++] = 0xF0 | code >> 18;
                            bytes[end++] = 0x80 | code >> 12 & 0x3F;
                        }
                        bytes[end++] = 0x80 | code >> 6 & 0x3F;
                    }
                    bytes[end++] = 0x80 | code & 0x3F;
                }
                return copyOfBytes(bytes, 0, end);
            }
        }
        standard("TextEncoder", TextEncoder);

        // The decoder of the Encoding Standard: what is not UTF-8 becomes U+FFFD, as few as can be.
        const decode = (bytes, fatal, ignoreBOM) => {
            const units = [];
            let text = "", code = 0, needed = 0, least = 0x80, most = 0xBF;
            const put = (unit) => {
                units[units.length] = unit;
                if (units.length === 4096) { text += apply(characters, S, units); units.length = 0; }
            };
            const wrong = () => {
                if (fatal) throw new T("The bytes are not UTF-8");
                code = needed = 0;
                least = 0x80; most = 0xBF;
                put(0xFFFD);
            };
            const size = bytes.length;
            for (let index = 0; index < size; index++) {
                const byte = bytes[index];
                if (needed > 0) {
                    // A byte that does not belong here may begin the next character.
                    if (byte < least || byte > most) { wrong(); index--; continue; }
                    least = 0x80; most = 0xBF;
                    code = code << 6 | byte & 0x3F;
                    if (--needed > 0) continue;
                    if (code >= 0x10000) {
                        put(0xD7C0 + (code >> 10));
                        put(0xDC00 | code & 0x3FF);
                    } else if (code !== 0xFEFF || ignoreBOM || index !== 2) put(code);
                    code = 0;
                } else if (byte < 0x80) put(byte);
                else if (byte >= 0xC2 && byte <= 0xDF) { needed = 1; code = byte & 0x1F; }
                else if (byte >= 0xE0 && byte <= 0xEF) {
                    if (byte === 0xE0) least = 0xA0;
                    if (byte === 0xED) most = 0x9F;
                    needed = 2; code = byte & 0xF;
                } else if (byte >= 0xF0 && byte <= 0xF4) {
                    if (byte === 0xF0) least = 0x90;
                    if (byte === 0xF4) most = 0x8F;
                    needed = 3; code = byte & 7;
                } else wrong();
            }
            if (needed > 0) wrong();
            return text + apply(characters, S, units);
        };

        class TextDecoder {
            #fatal; #ignoreBOM;
            constructor(label = "utf-8", options = {}) {
                const name = lower(trim(S(label)));
                if (name !== "utf-8" && name !== "utf8") throw new R("TextDecoder knows utf-8 only, not " + name);
                this.#fatal = !!(options?.fatal);
                this.#ignoreBOM = !!(options?.ignoreBOM);
            }
            get encoding() { return "utf-8"; }
            get fatal() { return this.#fatal; }
            get ignoreBOM() { return this.#ignoreBOM; }
            decode(input, options) {
                if (options?.stream) throw new T("TextDecoder decodes the whole text at once: stream is not supported");
                if (input === undefined) return "";
                let bytes;
                if (isView(input)) bytes = new U8(input.buffer, input.byteOffset, input.byteLength);
                else if (input instanceof Buffer) bytes = new U8(input);
                else throw new T("TextDecoder needs an ArrayBuffer or a view of one");
                return decode(bytes, this.#fatal, this.#ignoreBOM);
            }
        }
        standard("TextDecoder", TextDecoder);

        const A = Array, M = Map, Z = Set, D = Date, X = RegExp, O = Object, Big = BigInt, Sym = Symbol;
        const { isArray } = A, { keys } = O;
        const newMap = () => new M();
        const each = method(M.prototype, "forEach"), eachMember = method(Z.prototype, "forEach"),
            addMember = method(Z.prototype, "add"), time = method(D.prototype, "getTime"),
            sliceBuffer = method(Buffer.prototype, "slice"),
            tagOfView = getter(O.getPrototypeOf(U8.prototype), Sym.toStringTag);
        const views = newMap(), errors = newMap(), uncloneable = [P, WeakMap, WeakSet, WeakRef];
        for (const name of ["Int8Array", "Uint8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array", "Int32Array",
            "Uint32Array", "Float16Array", "Float32Array", "Float64Array", "BigInt64Array", "BigUint64Array"])
            if (globalThis[name] !== undefined) apply(mapSet, views, [name, globalThis[name]]);
        for (const type of [E, EvalError, R, ReferenceError, SyntaxError, T, URIError])
            apply(mapSet, errors, [type.name, type]);
        const refuseClone = (what) => {
            const error = new E(what + " cannot be cloned");
            defineProperty(error, "name", { value: "DataCloneError", writable: true, configurable: true });
            throw error;
        };
        // Makes the copy of an object, and knows it under the object before its parts are copied.
        const copy = (value, known) => {
            const before = apply(mapGet, known, [value]);
            if (before !== undefined) return before;
            const made = (result) => { apply(mapSet, known, [value, result]); return result; };
            if (value instanceof D) return made(new D(time(value)));
            if (value instanceof X) return made(new X(value.source, value.flags));
            if (value instanceof N || value instanceof S || value instanceof Boolean || value instanceof Big)
                return made(O(value.valueOf()));
            if (value instanceof Buffer) return made(sliceBuffer(value, 0));
            if (isView(value)) {
                const buffer = clone(value.buffer, known);
                if (value instanceof View) return made(new View(buffer, value.byteOffset, value.byteLength));
                const type = apply(mapGet, views, [tagOfView(value)]);
                return made(new type(buffer, value.byteOffset, value.length));
            }
            if (value instanceof M) {
                const result = made(newMap()), entries = [];
                each(value, (item, key) => { entries[entries.length] = [key, item]; });
                for (let index = 0; index < entries.length; index++)
                    apply(mapSet, result, [clone(entries[index][0], known), clone(entries[index][1], known)]);
                return result;
            }
            if (value instanceof Z) {
                const result = made(new Z()), members = [];
                eachMember(value, (item) => { members[members.length] = item; });
                for (let index = 0; index < members.length; index++) addMember(result, clone(members[index], known));
                return result;
            }
            if (value instanceof E) {
                const type = apply(mapGet, errors, [S(value.name)]) ?? E;
                return made(value.message === undefined ? new type() : new type(S(value.message)));
            }
            for (let index = 0; index < uncloneable.length; index++)
                if (value instanceof uncloneable[index]) refuseClone("a " + uncloneable[index].name);
            const result = made(isArray(value) ? new A(value.length) : {});
            const names = keys(value);
            for (let index = 0; index < names.length; index++) {
                const part = clone(value[names[index]], known);
                defineProperty(
                    result, names[index], { value: part, writable: true, enumerable: true, configurable: true });
            }
            return result;
        };
        const clone = (value, known) => {
            if (typeof value === "function" || typeof value === "symbol") refuseClone("a " + typeof value);
            return typeof value === "object" && value !== null ? copy(value, known) : value;
        };
        standard("structuredClone", function structuredClone(value, options) {
            if (arguments.length === 0) throw new T("structuredClone needs a value");
            if (options?.transfer?.length > 0) throw new T("structuredClone cannot transfer anything");
            return clone(value, newMap());
        });
        """#
}
#endif
