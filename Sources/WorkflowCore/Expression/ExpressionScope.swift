/// The values that an expression can name.
///
/// A name is looked up in ``roots`` first and then among the keys of ``data``, so that `order.total` reads the key
/// `order` of the data unless a root is called `order`. Both share the storage of the values that they were given.
///
/// ```swift
/// let data: JSONObject = ["order": ["total": 120]]
/// let scope = ExpressionScope(roots: ["data": .object(data)], data: data)
/// try Expression("order.total > 100 && data.order.total > 100").isTrue(in: scope)  // true
/// ```
public struct ExpressionScope: Sendable {
    /// The values by name.
    public var roots: JSONObject
    /// The object whose keys can be named without a root.
    public var data: JSONObject

    /// Creates a scope.
    ///
    /// - Parameters:
    ///   - roots: The values by name.
    ///   - data: The object whose keys can be named without a root.
    public init(roots: JSONObject = [:], data: JSONObject = [:]) {
        self.roots = roots
        self.data = data
    }

    /// The value of a name; `null` when there is none.
    func value(of name: String) -> JSONValue {
        roots[name] ?? data[name] ?? .null
    }
}
