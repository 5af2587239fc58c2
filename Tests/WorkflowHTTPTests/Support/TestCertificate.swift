import NIOSSL

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#endif

/// A certificate for `localhost`, made by the `openssl` program.
enum TestCertificate {
    struct Failure: Error {}

    /// Writes `name.pem` and `name.key` into `directory`.
    static func make(_ name: String, in directory: TemporaryDirectory) throws {
        let arguments = [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-subj", "/CN=\(name)", "-days", "2", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
            "-keyout", "\(directory.path)/\(name).key", "-out", "\(directory.path)/\(name).pem",
        ]
        try run(arguments)
    }

    private static func run(_ arguments: [String]) throws {
        var process = pid_t()
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        var pointers = arguments.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        guard posix_spawnp(&process, arguments[0], &actions, nil, &pointers, environ) == 0 else { throw Failure() }
        var status: CInt = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        guard status == 0 else { throw Failure() }
    }

    /// What a client needs to trust the certificate and to ask for `protocols`.
    static func clientContext(
        trusting name: String, in directory: TemporaryDirectory, protocols: [String],
        maximumVersion: TLSVersion? = nil
    ) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .file("\(directory.path)/\(name).pem")
        configuration.certificateVerification = .noHostnameVerification
        configuration.applicationProtocols = protocols
        configuration.minimumTLSVersion = .tlsv1
        configuration.maximumTLSVersion = maximumVersion
        return try NIOSSLContext(configuration: configuration)
    }
}
