import Testing
import WorkflowCore

@testable import WorkflowModules

/// The examples of AWS: "Signature Calculations for the Authorization Header" of the Amazon S3 API Reference, and
/// `get-vanilla` of the test suite for Signature Version 4.
@Suite struct SignatureV4Tests {
    private static let s3 = SignatureV4(
        accessKeyID: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        region: "us-east-1")
    private static let time = Timestamp(seconds: 1_369_353_600)

    private func headers(_ pairs: KeyValuePairs<String, String>) -> [FetchHeader] {
        pairs.map { FetchHeader(name: $0.key, value: $0.value) }
    }

    @Test func anObjectIsRead() {
        let hash = SignatureV4.hash([])
        #expect(hash == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        let authorization = Self.s3.authorization(
            method: "GET", path: "/test.txt",
            headers: headers([
                "host": "examplebucket.s3.amazonaws.com", "range": "bytes=0-9", "x-amz-content-sha256": hash,
                "x-amz-date": "20130524T000000Z",
            ]), payloadHash: hash, at: Self.time)
        #expect(
            authorization
                == "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
        )
    }

    @Test func anObjectIsWritten() {
        let hash = SignatureV4.hash(Array("Welcome to Amazon S3.".utf8))
        let path = SignatureV4.encodePath("/test$file.text")
        #expect(path == "/test%24file.text")
        let authorization = Self.s3.authorization(
            method: "PUT", path: path,
            headers: headers([
                "x-amz-date": "20130524T000000Z", "host": "examplebucket.s3.amazonaws.com",
                "date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY",
                "x-amz-content-sha256": hash,
            ]), payloadHash: hash, at: Self.time)
        #expect(authorization.hasSuffix("98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"))
    }

    @Test func aRequestWithoutAnythingElse() {
        let signature = SignatureV4(
            accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            region: "us-east-1", service: "service")
        let authorization = signature.authorization(
            method: "GET", path: "/",
            headers: headers(["host": "example.amazonaws.com", "x-amz-date": "20150830T123600Z"]),
            payloadHash: SignatureV4.hash([]), at: Timestamp(seconds: 1_440_938_160))
        #expect(authorization.hasSuffix("5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"))
    }
}
