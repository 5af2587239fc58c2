extension WorkItem {
    /// When the item can be claimed: when it is due, or when the lease on it ends if that is later.
    package var availableAt: Timestamp {
        guard leaseOwner != nil, let leaseUntil else { return notBefore }
        return max(notBefore, leaseUntil)
    }
}

extension UserRecord {
    /// The e-mail address in the form in which addresses are compared.
    package var emailKey: String { Self.emailKey(email) }

    /// The form in which e-mail addresses are compared: without case.
    package static func emailKey(_ email: String) -> String { email.lowercased() }
}

extension StoreTransaction {
    /// The least text that is greater than every text that begins with `prefix`, comparing bytes.
    ///
    /// - Returns: `nil` when there is none.
    package static func upperBound(ofPrefix prefix: String) -> String? {
        var scalars = prefix.unicodeScalars
        while let last = scalars.popLast() {
            // UTF-8 keeps the order of scalars; surrogates are no scalars, so the next one after U+D7FF is U+E000.
            let next = last.value == 0xD7FF ? 0xE000 : last.value + 1
            if let scalar = Unicode.Scalar(next) {
                scalars.append(scalar)
                return String(scalars)
            }
        }
        return nil
    }
}
