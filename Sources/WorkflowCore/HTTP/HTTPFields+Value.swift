package import HTTPTypes

extension HTTPFields {
    /// The value of a field, as the subscript gives it. Quicker in the usual case that the field occurs at most once.
    package func value(of name: HTTPField.Name) -> String? {
        guard let index = firstIndex(where: { $0.name == name }) else { return nil }
        let isOnlyOne = !self[(index + 1)...].contains { $0.name == name }
        return isOnlyOne ? self[index].value : self[name]
    }
}
