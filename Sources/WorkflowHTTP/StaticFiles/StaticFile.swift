import HTTPTypes
import WorkflowCore

/// One form of a file: plain, or coded in advance.
struct FileRepresentation: Sendable {
    let path: String
    let size: Int64
    let modified: FileModification
    let entityTag: String
    /// All header fields of a response with this representation, except those of ranges.
    let headers: HTTPFields
    /// The content, when the file is small enough to be kept.
    let bytes: [UInt8]?
}

/// When a file was changed.
struct FileModification: Sendable, Equatable {
    let seconds: Int64
    let nanoseconds: Int64
}

/// A file that can be served, with the forms that lie beside it.
struct StaticFile: Sendable {
    let plain: FileRepresentation
    let brotli: FileRepresentation?
    let gzip: FileRepresentation?

    /// The form that suits a client best.
    func representation(for headers: HTTPFields) -> FileRepresentation {
        guard brotli != nil || gzip != nil else { return plain }
        for coding in ContentCoding.accepted(headers.value(of: .acceptEncoding)) {
            switch coding {
            case .brotli: if let brotli { return brotli }
            case .gzip: if let gzip { return gzip }
            }
        }
        return plain
    }

    /// What the file takes in memory, roughly.
    var memorySize: Int {
        [plain, brotli, gzip].reduce(0) { $0 + ($1.map { ($0.bytes?.count ?? 0) + 1024 } ?? 0) }
    }

    /// Whether nothing has changed on disk since `other` was read.
    func isSameVersion(as other: StaticFile) -> Bool {
        func same(_ left: FileRepresentation?, _ right: FileRepresentation?) -> Bool {
            left?.path == right?.path && left?.size == right?.size && left?.modified == right?.modified
        }
        return same(plain, other.plain) && same(brotli, other.brotli) && same(gzip, other.gzip)
    }
}
