import Configuration
import Foundation
import Testing
import Webhook

@Suite struct `a secret file` {
    private static let old = "the one before it, longer"
    private let etc: Etc

    init() throws {
        etc = try Etc(["sites/blog.toml": #"path = "/srv/blog""#])
        try etc.write("bellpull.toml", "secret_file = \"\(etc("secret"))\"")
    }

    private func messages() -> [String] {
        etc.issues([:]).map { $0.message.replacing(etc("secret"), with: "F") }
    }

    @Test(arguments: ["", "\n", "\r\n"])
    func `has the current secret on line 1 and the previous secret on line 2`(_ end: String) throws {
        try etc.write("secret", Etc.secret + end)
        #expect(Signing.slot(of: Etc.secret, in: try etc.load([:]).secrets) == .current)
        #expect(Signing.slot(of: Self.old, in: try etc.load([:]).secrets) == nil)
        let between = end.isEmpty ? "\n" : end
        try etc.write("secret", Etc.secret + between + Self.old + end)
        #expect(Signing.slot(of: Etc.secret, in: try etc.load([:]).secrets) == .current)
        #expect(Signing.slot(of: Self.old, in: try etc.load([:]).secrets) == .previous)
    }

    @Test(arguments: [
        ("secret with a space \n", "begins or ends with a blank"),
        (" secret with a space\n", "begins or ends with a blank"),
        ("a secret with a tab\t", "begins or ends with a blank"),
        ("a secret that ends so\u{200b}", "begins or ends with a blank"),
        ("\"a secret in quotes\"\n", "is in quotation marks"), ("'a secret in quotes'", "is in quotation marks"),
        ("GITHUB_SECRET=0123456789abcdef", "begins with NAME="), ("secret=0123456789abcdef==", "begins with NAME="),
        ("export SECRET=0123456789abcdef", "begins with NAME="),
    ])
    func `keeps text that may be part of the secret, and warns of it`(_ text: String, mistake: String) throws {
        let warning = "\(mistake), as part of the secret"
        let secret = text.hasSuffix("\n") ? String(text.dropLast()) : text
        try etc.write("secret", text)
        let configuration = try etc.load([:])
        #expect(Signing.slot(ofToken: secret, in: configuration.secrets) == .current)
        #expect(configuration.warnings.map(\.message) == ["the secret file \(etc("secret")) \(warning)"])
        #expect(configuration.warnings.first?.hint == "keep only the secret, exactly as in the forge's webhook form")
        try etc.write("secret", "\(Etc.secret)\n\(text)")
        let rotated = try etc.load([:])
        #expect(Signing.slot(ofToken: secret, in: rotated.secrets) == .previous)
        #expect(rotated.warnings.map(\.message) == ["line 2 of the secret file \(etc("secret")) \(warning)"])
        #expect(!"\(configuration.warnings)\(rotated.warnings)".contains("0123456789abcdef"))
        try etc.write("bellpull.toml", "")
        #expect(try etc.load(["GITHUB_SECRET": secret]).warnings.map(\.message) == ["GITHUB_SECRET \(warning)"])
    }

    @Test(arguments: [
        "MDEyMzQ1Njc4OWFiY2RlZg==", "MFRGGZDFMZTWQ2LK====", "0A=1B=2C=3D=4E=5F", "it's \"quoted\" within",
        "a b c d e f g h i j",
        "\"quoted\" at the start", "-x-=0123456789abcdef", "=0123456789abcdef", "\u{e4}\u{f6}\u{fc}=0123456789",
    ])
    func `may have blanks, quotation marks and equals signs`(_ secret: String) throws {
        try etc.write("secret", "\(secret)\n")
        #expect(try etc.load([:]).warnings.isEmpty)
        #expect(Signing.slot(ofToken: secret, in: try etc.load([:]).secrets) == .current)
    }

    @Test func `is read without its byte-order mark, and causes a warning`() throws {
        try etc.write("secret", "\u{feff}\(Etc.secret)\r\n\(Self.old)\r\n")
        let configuration = try etc.load([:])
        #expect(Signing.slot(of: Etc.secret, in: configuration.secrets) == .current)
        #expect(Signing.slot(of: Self.old, in: configuration.secrets) == .previous)
        let warning = "begins with a byte-order mark, which bellpull ignores"
        #expect(configuration.warnings.map(\.message) == ["the secret file \(etc("secret")) \(warning)"])
        try etc.write("secret", "\u{feff}\n")
        #expect(messages() == ["the secret file F is empty"])
        try etc.write("bellpull.toml", "")
        let environment = ["GITHUB_SECRET": "\u{feff}\(Etc.secret)"]
        #expect(try etc.load(environment).warnings.map(\.message) == ["GITHUB_SECRET \(warning)"])
        #expect(Signing.slot(of: Etc.secret, in: try etc.load(environment).secrets) == .current)
    }

    @Test(arguments: [
        ("", "the secret file F is empty"), ("\n", "the secret file F is empty"), (" \n", "the secret file F is empty"),
        ("x\n", "the secret file F has only 1 byte"), ("0123456789abcdef\n\n", "line 2 of the secret file F is empty"),
        ("0123456789abcdef\nx", "line 2 of the secret file F has only 1 byte"),
        ("0123456789abcdef\na\nb", "the secret file F has 3 lines, but must have 1 or 2"),
        ("0123456789abcdef\0", "the secret file F contains a NUL byte"),
        (String(repeating: "x", count: 4097), "the secret file F is larger than 4 KiB"),
    ])
    func `has one or two good secrets and nothing else`(_ text: String, message: String) throws {
        try etc.write("secret", text)
        #expect(messages() == [message])
        #expect(etc.issues([:]).map(\.place) == [etc("bellpull.toml:1")])
        #expect(!"\(etc.issues([:]))".contains("0123456789abcdef"))
    }

    @Test func `exists, is text and is a file`() throws {
        #expect(messages() == ["the secret file F does not exist"])
        try etc.write("secret", Data([0xff, 0xfe, 0x41, 0x42]))
        #expect(messages() == ["the secret file F is not UTF-8 text"])
        unlink(etc("secret"))
        mkdir(etc("secret"), 0o700)
        #expect(messages() == ["the secret file F is a folder, not a file"])
    }

    @Test(
        arguments: [
            (0o600, 0), (0o640, 0), (0o400, 0), (0o644, 1), (0o660, 1), (0o602, 1), (0o666, 2),
        ] as [(mode_t, Int)])
    func `should be neither readable nor writable by others`(_ mode: mode_t, count: Int) throws {
        try etc.write("secret", Etc.secret, mode: mode)
        let warnings = try etc.load([:]).warnings
        #expect(warnings.count == count)
        #expect(warnings.allSatisfy { $0.hint == "chgrp \(Etc.group) \(etc("secret")) && chmod 640 \(etc("secret"))" })
        #expect(warnings.allSatisfy { $0.place == etc("bellpull.toml:1") })
    }

    @Test func `should not have a short secret`() throws {
        try etc.write("secret", "short\n0123456789abcdef\n")
        #expect(
            try etc.load([:]).warnings.map(\.message)
                == ["the secret file \(etc("secret")) has fewer than 16 bytes"])
    }

    /// The command at the end of the first hint, for a group that every machine has.
    private func remedy() throws -> String {
        let hint = try #require(etc.issues([:]).first?.hint)
        let command = try #require(hint.split(separator: ": ").last)
        return String(command).replacing("-g bellpull", with: "-g nogroup")
    }

    @Test func `is made by the hint, readable by the service's group`() throws {
        try etc.write("bellpull.toml", "secret_file = \"\(etc("my secrets/one"))\"")
        #expect(try Shell.run(remedy()) == "")
        let configuration = try etc.load([:])
        #expect(configuration.secrets != nil)
        #expect(configuration.warnings.isEmpty)
        let attributes = try FileManager.default.attributesOfItem(atPath: etc("my secrets/one"))
        #expect(attributes[.posixPermissions] as? NSNumber == 0o640)
    }

    @Test func `is filled by the hint if empty`() throws {
        try etc.write("secret", "")
        #expect(try Shell.run(remedy()) == "")
        #expect(try etc.load([:]).warnings.isEmpty)
    }
}
