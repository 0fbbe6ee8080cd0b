import Foundation
import TestSupport
import Testing

/// `debian/bellpull.postinst`, in a folder that stands for the root of the system.
@Suite struct `the package beside an installation by hand` {
    private let root: TemporaryFolder

    init() throws {
        root = try TemporaryFolder()
        for name in ["bellpull.service", "bellpull.socket", "bellpull-step.socket", "bellpull@.service"] {
            try create("usr/lib/systemd/system/\(name)")
        }
    }

    private func create(_ name: String) throws {
        let path = root(name)
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data().write(to: URL(fileURLWithPath: path))
    }

    /// Runs the function that looks for files of an installation by hand. Returns the lines without the root.
    private func told() throws -> [String] {
        var script = try ProjectFile.text("debian/bellpull.postinst")
        for folder in ["/etc/systemd", "/usr/lib/systemd", "/usr/local"] {
            #expect(script.contains(folder))
            script = script.replacing(folder, with: root.path + folder)
        }
        let end = try #require(script.firstRange(of: "\n# Restarts the service")).lowerBound
        let completion = try Shell.run(script[..<end].replacing("#!/bin/sh", with: "") + "\ntell_of_old_files\n")
        #expect(completion.isSuccess, "\(completion.errors)")
        return completion.errors.split(separator: "\n").map(String.init)
    }

    @Test func `tells nothing if there is none`() throws {
        // A masked unit, and another person's unit, are no files of an installation by hand.
        try create("etc/systemd/system/other.service")
        try FileManager.default.createSymbolicLink(
            atPath: root("etc/systemd/system/bellpull.service"), withDestinationPath: "/dev/null")
        #expect(try told().isEmpty)
    }

    @Test func `names each file and prints the command that removes them all`() throws {
        let old = [
            "etc/systemd/system/bellpull.service", "etc/systemd/system/bellpull.socket",
            "etc/systemd/system/bellpull@.service", "usr/local/bin/bellpull", "usr/local/share/man/man8/bellpull.8",
            "usr/local/share/man/man5/bellpull.toml.5",
        ]
        for name in old { try create(name) }
        try create("etc/systemd/system/mine.service")
        try FileManager.default.createDirectory(
            atPath: root("etc/systemd/system/multi-user.target.wants"), withIntermediateDirectories: false)
        try FileManager.default.createSymbolicLink(
            atPath: root("etc/systemd/system/multi-user.target.wants/bellpull@alice.service"),
            withDestinationPath: root("etc/systemd/system/bellpull@.service"))
        let lines = try told()
        #expect(lines.first?.hasPrefix("bellpull: warning: the system uses these files") == true)
        for name in old { #expect(lines.contains("bellpull: warning:   \(root(name))")) }
        let hint = try #require(lines.last)
        #expect(hint.hasPrefix("bellpull: hint: rm "))

        // systemctl only writes down what it was asked for.
        let command = "systemctl() { echo \"$*\" >> '\(root("asked"))'; }\n\(hint.dropFirst("bellpull: hint: ".count))"
        #expect(try Shell.run(command).isSuccess)
        for name in old { #expect(access(root(name), F_OK) != 0) }
        #expect(access(root("etc/systemd/system/mine.service"), F_OK) == 0)
        let asked = try String(contentsOfFile: root("asked"), encoding: .utf8).split(separator: "\n")
        #expect(
            asked == [
                "daemon-reload",
                "reenable bellpull.socket bellpull.service bellpull-step.socket bellpull@alice.service",
                "restart bellpull-step.socket bellpull.socket bellpull bellpull@alice.service",
            ])
        #expect(try told().isEmpty)
    }
}
