import WorkflowCore

extension Documents {
    /// The codes of a device.
    static let deviceCodes = Schema.named(
        "DeviceCodes",
        .object([
            .required("device_code", .text(1...200), "For the device alone."),
            .required("user_code", .text(9...9), "For the person, who enters it where they are signed in."),
            .required("verification_uri", .text(1...2000, .uri), "Where to enter it."),
            .required("verification_uri_complete", .text(1...2000, .uri), "The same with the code."),
            .required("expires_in", .integer(1...3600), "How long the codes work, in seconds."),
            .required("interval", .integer(1...3600), "How many seconds to wait between two questions."),
        ]))

    /// A device that wants to be signed in.
    static let device = Schema.named(
        "Device",
        .object([
            .required("client_name", .text(0...200)), .required("ip_address", .text(0...100)),
            .required("created_at", .time), .required("expires_at", .time),
            .required("status", .oneOf(["pending", "approved", "denied"])),
        ]))

    static func make(_ device: Device, _ state: Device.State) -> JSONObject {
        [
            "client_name": .string(device.clientName), "ip_address": .string(device.address),
            "created_at": .string(device.createdAt.description), "expires_at": .string(device.expiresAt.description),
            "status": .string(state.rawValue),
        ]
    }
}
