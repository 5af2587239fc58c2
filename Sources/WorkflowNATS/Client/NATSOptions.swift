#if NATS
import CNATS
import WorkflowCore

/// Options of the library.
final class NATSOptions {
    let pointer: OpaquePointer

    /// - Throws: ``NATSError`` when a file cannot be read or is not what it should be.
    init(_ settings: NATSSettings) throws {
        var created: OpaquePointer?
        try NATSError.check(natsOptions_Create(&created))
        guard let created else { throw NATSError(status: NATS_NO_MEMORY) }
        pointer = created
        try withArray(of: settings.urls) { servers, count in
            try NATSError.checkWithDetail(natsOptions_SetServers(created, servers, count))
        }
        try NATSError.check(natsOptions_SetName(created, settings.clientName))
        try NATSError.check(natsOptions_SetAllowReconnect(created, false))
        try NATSError.check(natsOptions_SetTimeout(created, settings.connectTimeout.wholeMilliseconds))
        // Finds out within half a minute that a server is silent.
        try NATSError.check(natsOptions_SetPingInterval(created, 10_000))
        try NATSError.check(natsOptions_SetMaxPingsOut(created, 2))
        // The library otherwise waits a millisecond for more to send, and each publisher with it.
        try NATSError.check(natsOptions_SetSendAsap(created, true))
        try NATSError.check(natsOptions_SetWriteDeadline(created, 5_000))
        if !settings.user.isEmpty {
            try NATSError.check(natsOptions_SetUserInfo(created, settings.user, settings.password))
        }
        if !settings.token.isEmpty { try NATSError.check(natsOptions_SetToken(created, settings.token)) }
        if let file = settings.credentialsFile {
            try NATSError.checkWithDetail(natsOptions_SetUserCredentialsFromFiles(created, file, nil))
        }
        if let tls = settings.tls { try use(tls) }
    }

    private func use(_ tls: NATSSettings.TLS) throws {
        try NATSError.checkWithDetail(natsOptions_SetSecure(pointer, true))
        if let authority = tls.authority {
            try NATSError.checkWithDetail(natsOptions_LoadCATrustedCertificates(pointer, authority))
        }
        if let certificate = tls.certificate, let key = tls.key {
            try NATSError.checkWithDetail(natsOptions_LoadCertificatesChain(pointer, certificate, key))
        }
        if tls.isUnchecked { try NATSError.check(natsOptions_SkipServerVerification(pointer, true)) }
    }

    /// Calls `body` with C strings.
    private func withArray(
        of texts: [String], _ body: (UnsafeMutablePointer<UnsafePointer<CChar>?>, Int32) throws -> Void
    ) throws {
        func descend(_ rest: ArraySlice<String>, _ pointers: [UnsafePointer<CChar>?]) throws {
            guard let first = rest.first else {
                var pointers = pointers
                return try pointers.withUnsafeMutableBufferPointer { buffer in
                    guard let base = buffer.baseAddress else { return }
                    try body(base, Int32(texts.count))
                }
            }
            try first.withCString { try descend(rest.dropFirst(), pointers + [$0]) }
        }
        try descend(texts[...], [])
    }

    deinit {
        natsOptions_Destroy(pointer)
    }
}
#endif
