import Foundation

@testable import HTTPServer

/// Certificates for tests, made once by the command `openssl`: two authorities and what they signed.
enum TLSCertificates {
    static let server = files("server")
    static let renewed = files("renewed")

    /// The server of `server`, which wants clients that the authority `clients` signed.
    static let strict = TLSFiles(
        certificatePath: server.certificatePath,
        keyPath: server.keyPath,
        clientAuthorityPath: path("clients.pem")
    )
    static let client = files("client")
    static let stranger = files("stranger")
    static let encryptedKeyPath = path("encrypted.key")

    /// The path of a file in the folder of certificates.
    static func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    private static func files(_ name: String) -> TLSFiles {
        TLSFiles(certificatePath: path("\(name).pem"), keyPath: path("\(name).key"))
    }

    private static let folder: URL = {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("actuary-tls-\(UUID())")
        let curve = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
        var script = "set -e; mkdir -p '\(folder.path)'; cd '\(folder.path)'\n"
        for authority in ["servers", "clients"] {
            script +=
                "openssl req -x509 \(curve) -keyout \(authority).key -out \(authority).pem -subj /CN=\(authority)\n"
        }
        for (name, authority) in [
            ("server", "servers"), ("renewed", "servers"), ("client", "clients"), ("stranger", "servers"),
        ] {
            script += """
                openssl req -x509 \(curve) -keyout \(name).key -out \(name).pem -subj /CN=\(name) \
                -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -CA \(authority).pem -CAkey \(authority).key\n
                """
        }
        script += "openssl ec -in server.key -aes128 -passout pass:secret -out encrypted.key\n"
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "(\(script)) 2>&1"]
        let output = Pipe()
        process.standardOutput = output
        do {
            try process.run()
        } catch {
            preconditionFailure("\(error)")
        }
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        precondition(process.terminationStatus == 0, text)
        return folder
    }()
}
