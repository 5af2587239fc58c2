#if JavaScript
import CJavaScriptCore

/// Strings between Swift and JavaScriptCore.
enum JSText {
    /// A JavaScript string value of text that ends in a zero byte.
    static func value(_ context: JSContextRef, zeroTerminated bytes: UnsafeRawBufferPointer) -> JSValueRef? {
        guard let base = bytes.baseAddress, bytes.last == 0 else { return nil }
        guard let string = JSStringCreateWithUTF8CString(base.assumingMemoryBound(to: CChar.self)) else { return nil }
        defer { JSStringRelease(string) }
        return JSValueMakeString(context, string)
    }

    /// A JavaScript string value.
    static func value(_ context: JSContextRef, _ text: String) -> JSValueRef? {
        let units = Array(text.utf16)
        guard let string = JSStringCreateWithCharacters(units, units.count) else { return nil }
        defer { JSStringRelease(string) }
        return JSValueMakeString(context, string)
    }

    /// Calls `body` with the text as a JavaScriptCore string. A zero character ends it.
    static func withString<Result>(_ text: String, _ body: (JSStringRef?) -> Result) -> Result {
        let string = JSStringCreateWithUTF8CString(text)
        defer { if let string { JSStringRelease(string) } }
        return body(string)
    }

    /// Calls `body` with the UTF-8 text of a value; with `nil` when the value has none or more than `limit` UTF-16 units.
    static func withUTF8<Result>(
        _ context: JSContextRef, _ value: JSValueRef?, limit: Int = .max, _ body: (UnsafeRawBufferPointer?) -> Result
    ) -> Result {
        guard let value, let string = JSValueToStringCopy(context, value, nil) else { return body(nil) }
        defer { JSStringRelease(string) }
        guard JSStringGetLength(string) <= limit else { return body(nil) }
        let capacity = JSStringGetMaximumUTF8CStringSize(string)
        return withUnsafeTemporaryAllocation(byteCount: capacity, alignment: 1) { buffer in
            let written = JSStringGetUTF8CString(
                string, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), capacity)
            guard written > 0 else { return body(nil) }
            return body(UnsafeRawBufferPointer(rebasing: buffer[..<(written - 1)]))
        }
    }

    /// The first `limit` UTF-16 units of a value's text, marked when there is more.
    static func prefix(_ context: JSContextRef, _ value: JSValueRef?, limit: Int) -> String {
        guard let value, let string = JSValueToStringCopy(context, value, nil) else { return "" }
        defer { JSStringRelease(string) }
        let length = JSStringGetLength(string)
        guard length > 0, let characters = JSStringGetCharactersPtr(string) else { return "" }
        let text = String(decoding: UnsafeBufferPointer(start: characters, count: min(length, limit)), as: UTF16.self)
        return length > limit ? text + "…" : text
    }

    /// The whole text of a value.
    static func text(_ context: JSContextRef, _ value: JSValueRef?) -> String {
        prefix(context, value, limit: .max)
    }
}
#endif
